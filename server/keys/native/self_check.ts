/** Whether a libcrypto does what it is to do, before anything is entrusted to it. */
import { utf8 } from "../../../core/bytes.ts";
import { parsePrivateKeyDer } from "../../../core/keys/private_key.ts";
import {
  ECDSA,
  longestSalt,
  RSA_PKCS1,
  rsaPss,
  type SignatureAlgorithm,
} from "../../../core/keys/signature_algorithm.ts";
import { verifySignature } from "../../../core/keys/verify_signature.ts";
import type { NativeKeys } from "./native_keys.ts";
import { SELF_CHECK_KEYS } from "./self_check_keys.ts";

/** What keys of each kind that servers make are used with. */
const CASES: Readonly<Record<keyof typeof SELF_CHECK_KEYS, readonly SignatureAlgorithm[]>> = {
  "RSA": [RSA_PKCS1["SHA-256"], rsaPss("SHA-256", longestSalt(2048, "SHA-256"))],
  "P-256": [ECDSA["SHA-256"]],
  "P-384": [ECDSA["SHA-384"]],
  "P-521": [ECDSA["SHA-512"]],
};

export type CheckedKind = keyof typeof CASES;

type Subject = Pick<NativeKeys, "signerFor" | "verdict">;

const ALL: readonly CheckedKind[] = ["RSA", "P-256", "P-384", "P-521"];

/**
 * A signature with each of these kinds of keys must be good for WebCrypto, good for libcrypto itself, and no longer
 * good once the data or a bit of it is another.
 * @throws Error that says what is wrong
 */
export async function selfCheck(keys: Subject, kinds = ALL): Promise<void> {
  const cases = kinds.flatMap((kind) => CASES[kind].map((algorithm) => ({ kind, algorithm })));
  await Promise.all(cases.map(async ({ kind, algorithm }) => {
    const wrong = await faultOf(keys, kind, algorithm);
    if (wrong !== undefined) throw new Error(`${wrong} (${algorithm.name}, ${kind})`);
  }));
}

async function faultOf(
  { signerFor, verdict }: Subject,
  name: CheckedKind,
  algorithm: SignatureAlgorithm,
): Promise<string | undefined> {
  const key = await parsePrivateKeyDer(Uint8Array.fromBase64(SELF_CHECK_KEYS[name]));
  const signer = signerFor(key, algorithm);
  if (signer === undefined) return "it makes no signature";
  const data = utf8(`self check with ${algorithm.name}`);
  const signature = await signer.sign(data);
  if (!await verifySignature(key.publicKey, algorithm, { data, signature })) return "it makes wrong signatures";
  const judge = async (changed: { data?: Uint8Array; signature?: Uint8Array }) =>
    await verdict(key.publicKey, algorithm, { data, signature, ...changed });
  if (await judge({}) !== true) return "it takes good signatures for wrong ones";
  // The last bits of an ECDSA signature are those of s: what is changed there still has the right form.
  const other = signature.with(-1, (signature.at(-1) ?? 0) ^ 1);
  const forged = [await judge({ data: utf8("other data") }), await judge({ signature: other })];
  return forged.every((verdict) => verdict === false) ? undefined : "it takes wrong signatures for good ones";
}
