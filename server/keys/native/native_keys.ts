/** What libcrypto does of what a server does with keys, and WebCrypto where it cannot. */
import { requireRsaBits } from "../../../core/host/generate_key.ts";
import type { Bytes } from "../../../core/bytes.ts";
import { digest, type HashName } from "../../../core/keys/hashes.ts";
import { parsePrivateKeyDer, type PrivateKey } from "../../../core/keys/private_key.ts";
import { readPkcs1 } from "../../../core/keys/private_key_format.ts";
import type { PublicKey } from "../../../core/keys/public_key.ts";
import type { SignatureAlgorithm } from "../../../core/keys/signature_algorithm.ts";
import { signatureForm } from "../../../core/keys/signature_form.ts";
import { type DataToSign, defaultAlgorithm, type Signer } from "../../../core/keys/signer.ts";
import type { SignedData } from "../../../core/keys/verify_signature.ts";
import type { Log } from "../../../core/log.ts";
import { type KeyOperations, WEBCRYPTO } from "../operations.ts";
import { digestInSlices } from "../piecewise_signer.ts";
import { lateCheck } from "./late_check.ts";
import type { Libcrypto } from "./libcrypto.ts";

/** What is libcrypto's own, without anything that helps out. */
export interface NativeKeys {
  readonly generateRsaKey: (bits: number) => Promise<PrivateKey>;
  /** Undefined for a kind of key that is not its own. @throws Error for a key that libcrypto does not take */
  readonly signerFor: (key: PrivateKey, algorithm: SignatureAlgorithm) => Signer | undefined;
  /** As `VerifySignature`; undefined where libcrypto cannot tell. */
  readonly verdict: (
    key: PublicKey,
    algorithm: SignatureAlgorithm,
    signed: SignedData,
  ) => Promise<boolean | undefined>;
}

export function nativeKeys(library: Libcrypto): NativeKeys {
  return {
    async generateRsaKey(bits) {
      requireRsaBits(bits);
      // Read as if it were a stranger's: its numbers must fit together.
      return await parsePrivateKeyDer(readPkcs1(await library.newRsaKey(bits), "new RSA key").pkcs8);
    },
    signerFor(key, algorithm) {
      if (algorithm.scheme === "Ed25519") return undefined;
      const { publicKey } = key;
      const signing = library.signingKey(key.pkcs8, algorithm);
      const sign = async (data: DataToSign) => signing.sign(await digestOf(algorithm.hash, data));
      return { algorithm, publicKey, sign };
    },
    async verdict(key, algorithm, { data, signature }) {
      const form = signatureForm(key, algorithm, signature);
      if (form === undefined) return false;
      if (form.kind === "Ed25519") return undefined;
      return library.verify(form, await digest(form.algorithm.hash, data), new Uint8Array(signature));
    },
  };
}

/** A CRL of megabytes comes in pieces: they are hashed where they lie, and others go on in between. */
async function digestOf(hash: HashName, data: DataToSign): Promise<Bytes> {
  return data instanceof Uint8Array ? await digest(hash, data) : await digestInSlices(hash, data);
}

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
