/** What a server does with keys, whatever library does it. */
import { generateRsaKey } from "../../core/host/generate_key.ts";
import type { PrivateKey } from "../../core/keys/private_key.ts";
import { type Signer, signerFor } from "../../core/keys/signer.ts";
import type { SignatureAlgorithm } from "../../core/keys/signature_algorithm.ts";
import { piecewiseSigner } from "./piecewise_signer.ts";
import { type VerifySignature, verifySignature } from "../../core/keys/verify_signature.ts";

export interface KeyOperations {
  /** A new RSA key. @throws `unacceptable` unless `bits` is from 2048 to 16384 */
  readonly generateRsaKey: (bits: number) => Promise<PrivateKey>;
  /** Without `algorithm`, the one that goes with the key: see `defaultAlgorithm`. */
  readonly signerFor: (key: PrivateKey, algorithm?: SignatureAlgorithm) => Promise<Signer>;
  readonly verify: VerifySignature;
}

/** By the runtime's WebCrypto, which is always there. */
export const WEBCRYPTO: KeyOperations = {
  generateRsaKey,
  signerFor: async (key, algorithm) => piecewiseSigner(await signerFor(key, algorithm), key),
  verify: verifySignature,
};
