/** What a server does with keys, by libcrypto where it can. */
import { defaultAlgorithm } from "../../../core/keys/signer.ts";
import type { Log } from "../../../core/log.ts";
import { type KeyOperations, WEBCRYPTO } from "../operations.ts";
import { lateCheck } from "./late_check.ts";
import type { NativeKeys } from "./native_keys.ts";

/** For a server: WebCrypto does what libcrypto leaves, and what it fails at. */
export function nativeOperations(keys: NativeKeys, log: Log): KeyOperations {
  const isTrusted = lateCheck(keys, log);
  return {
    generateRsaKey: keys.generateRsaKey,
    async signerFor(key, algorithm = defaultAlgorithm(key.publicKey)) {
      try {
        const signer = await isTrusted(key.publicKey) ? keys.signerFor(key, algorithm) : undefined;
        return signer ?? await WEBCRYPTO.signerFor(key, algorithm);
      } catch (error) {
        log.warning("signer.key_refused", { keyId: key.publicKey.keyId, error });
        return await WEBCRYPTO.signerFor(key, algorithm);
      }
    },
    async verify(key, algorithm, signed) {
      const verdict = await isTrusted(key) ? await keys.verdict(key, algorithm, signed) : undefined;
      return verdict ?? await WEBCRYPTO.verify(key, algorithm, signed);
    },
  };
}
