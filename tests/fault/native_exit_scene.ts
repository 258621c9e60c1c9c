/** Runs as a process of its own: ends while its threads are at work on signatures. */
import { utf8 } from "../../core/bytes.ts";
import { parsePrivateKeyDer } from "../../core/keys/private_key.ts";
import { ECDSA } from "../../core/keys/signature_algorithm.ts";
import { Libcrypto } from "../../server/keys/native/libcrypto.ts";
import { nativeKeys } from "../../server/keys/native/native_keys.ts";
import { SELF_CHECK_KEYS } from "../../server/keys/native/self_check_keys.ts";

const native = nativeKeys(new Libcrypto(Deno.args[0] ?? ""));
const key = await parsePrivateKeyDer(Uint8Array.fromBase64(SELF_CHECK_KEYS["P-256"]));
const signers = Array.from({ length: 20 }, () => native.signerFor(key, ECDSA["SHA-256"]));
const data = utf8("data");
await Promise.race(signers.flatMap((signer) => Array.from({ length: 10 }, () => signer?.sign(data))));
Deno.exit(0);
