/** What a server does with keys, by libcrypto where it can. */
import type { PrivateKey } from "../../../core/keys/private_key.ts";
import type { SignatureAlgorithm } from "../../../core/keys/signature_algorithm.ts";
import { defaultAlgorithm, type Signer } from "../../../core/keys/signer.ts";
import type { Log } from "../../../core/log.ts";
import { type KeyOperations, WEBCRYPTO } from "../operations.ts";
import { type IsTrusted, lateCheck } from "./late_check.ts";
import type { NativeKeys } from "./native_keys.ts";

/** For a server: WebCrypto does what libcrypto leaves, what it fails at, and everything where it is not trusted. */
export function nativeOperations(
  keys: NativeKeys,
  log: Log,
  isTrusted: IsTrusted = lateCheck(keys, log).isTrusted,
): KeyOperations {
  const choose = async (key: PrivateKey, algorithm: SignatureAlgorithm): Promise<Signer> => {
    try {
      const signer = await isTrusted(key.publicKey) ? keys.signerFor(key, algorithm) : undefined;
      if (signer !== undefined) return signer;
    } catch (error) {
      log.warning("signer.key_refused", { keyId: key.publicKey.keyId, error });
    }
    return await WEBCRYPTO.signerFor(key, algorithm);
  };
  return {
    async generateRsaKey(bits) {
      // Side by side: the check is over long before the key is.
      const made = keys.generateRsaKey(bits);
      made.catch(() => {});
      return await isTrusted({}) ? await made : await WEBCRYPTO.generateRsaKey(bits);
    },
    signerFor(key, algorithm = defaultAlgorithm(key.publicKey)) {
      // Chosen with the first signature: many keys are opened that sign nothing.
      let chosen: Promise<Signer> | undefined;
      const sign: Signer["sign"] = async (data) => (await (chosen ??= choose(key, algorithm))).sign(data);
      return Promise.resolve({ algorithm, publicKey: key.publicKey, sign });
    },
    async verify(key, algorithm, signed) {
      const verdict = await isTrusted(key) ? await keys.verdict(key, algorithm, signed) : undefined;
      return verdict ?? await WEBCRYPTO.verify(key, algorithm, signed);
    },
  };
}
