/** What reaches libcrypto: keys and signatures of strangers. It must say the same of them as WebCrypto. */
import assert from "node:assert/strict";
import { utf8 } from "../../../core/bytes.ts";
import { openDer } from "../../../core/der/reader.ts";
import { TAG } from "../../../core/der/tags.ts";
import { derOctetString, derSequence } from "../../../core/der/writer.ts";
import { parsePublicKey, type PublicKey } from "../../../core/keys/public_key.ts";
import { parseSignatureAlgorithm, type SignatureAlgorithm } from "../../../core/keys/signature_algorithm.ts";
import { verifySignature } from "../../../core/keys/verify_signature.ts";
import { nativeKeys } from "../../../server/keys/native/native_keys.ts";
import { Libcrypto } from "../../../server/keys/native/libcrypto.ts";
import { LIBCRYPTO_PATH } from "../../../tests/support/native.ts";
import { defineTarget } from "../target.ts";

const native = LIBCRYPTO_PATH === undefined ? undefined : nativeKeys(new Libcrypto(LIBCRYPTO_PATH));

/** What every signature is over. */
export const SIGNED_DATA = utf8("data");

/** A key, an algorithm and a signature in one input. */
export function signedInput(key: PublicKey, algorithm: SignatureAlgorithm, signature: Uint8Array): Uint8Array {
  return derSequence(key.spki, algorithm.der, derOctetString(signature));
}

export const nativeSignature = defineTarget({
  name: "native-signature",
  grammar: "der",
  codes: ["malformed", "unacceptable"],
  async read(input) {
    const reader = openDer(input, TAG.SEQUENCE, "it");
    const key = await parsePublicKey(reader.expect(TAG.SEQUENCE).raw, "it");
    const algorithm = parseSignatureAlgorithm(reader.expect(TAG.SEQUENCE).raw, "it");
    const signature = reader.expect(TAG.OCTET_STRING).content;
    reader.end();
    return { key, algorithm, signature };
  },
  async check({ key, algorithm, signature }) {
    const signed = { data: SIGNED_DATA, signature };
    const verdict = await verifySignature(key, algorithm, signed);
    const natively = await native?.verdict(key, algorithm, signed);
    // Where it cannot tell, as of Ed25519, WebCrypto does.
    assert.equal(natively ?? verdict, verdict);
  },
});
