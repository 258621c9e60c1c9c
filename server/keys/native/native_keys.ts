/** What libcrypto does of what a server does with keys, and nothing else. */
import { requireRsaBits } from "../../../core/host/generate_key.ts";
import type { Bytes } from "../../../core/bytes.ts";
import { digest, type HashName } from "../../../core/keys/hashes.ts";
import { parsePrivateKeyDer, type PrivateKey } from "../../../core/keys/private_key.ts";
import { readPkcs1 } from "../../../core/keys/private_key_format.ts";
import type { PublicKey } from "../../../core/keys/public_key.ts";
import type { SignatureAlgorithm } from "../../../core/keys/signature_algorithm.ts";
import { signatureForm } from "../../../core/keys/signature_form.ts";
import type { DataToSign, Signer } from "../../../core/keys/signer.ts";
import type { SignedData } from "../../../core/keys/verify_signature.ts";
import { digestInSlices } from "../piecewise_signer.ts";
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
