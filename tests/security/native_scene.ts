/**
 * Runs as a process of its own with the right to load the one library that its argument names, gives the right up, and
 * uses the library all the same. Prints a line for everything that it has seen.
 */
import { utf8 } from "../../core/bytes.ts";
import { defaultAlgorithm } from "../../core/keys/signer.ts";
import { verifySignature } from "../../core/keys/verify_signature.ts";
import { Libcrypto } from "../../server/keys/native/libcrypto.ts";
import { nativeKeys } from "../../server/keys/native/native_keys.ts";
import { selfCheck } from "../../server/keys/native/self_check.ts";

function isRefused(use: () => unknown): boolean {
  try {
    use();
    return false;
  } catch (error) {
    return error instanceof Deno.errors.NotCapable;
  }
}

const [path = ""] = Deno.args;
console.log("other library refused", isRefused(() => new Libcrypto(`${path}.other`)));
console.log("bare name refused", isRefused(() => new Libcrypto("libcrypto.so.3")));
const keys = nativeKeys(new Libcrypto(path));
Deno.permissions.revokeSync({ name: "ffi" });
console.log("loading refused", isRefused(() => new Libcrypto(path)));
console.log("pointers refused", isRefused(() => Deno.UnsafePointer.create(1n)));
await selfCheck(keys);
const key = await keys.generateRsaKey(2048);
const data = utf8("data");
const signer = keys.signerFor(key, defaultAlgorithm(key.publicKey));
const signature = await signer?.sign(data) ?? new Uint8Array();
console.log("works", await verifySignature(key.publicKey, defaultAlgorithm(key.publicKey), { data, signature }));
