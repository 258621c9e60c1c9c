/** A CA whose key everybody knows, the same in every run: what the corpus holds was signed by it. */
import { derInteger, derOctetString, derOid, derSequence } from "../../core/der/writer.ts";
import { type Certificate, parseCertificate } from "../../core/x509/certificate.ts";
import type { Extension } from "../../core/x509/extension.ts";
import { OID } from "../../core/der/oids.ts";
import { parsePrivateKeyDer, type PrivateKey } from "../../core/keys/private_key.ts";
import { type Signer, signerFor } from "../../core/keys/signer.ts";
import { certificateDer, NOW } from "../../tests/support/structures.ts";

export interface FuzzCa {
  readonly key: PrivateKey;
  readonly signer: Signer;
  readonly certificate: Certificate;
}

/** When everything is read, Unix seconds: while what the corpus holds is valid. */
export const FUZZ_NOW = NOW + 1;

const CA_EXTENSIONS: readonly Extension[] = [
  { oid: OID.BASIC_CONSTRAINTS, critical: true, value: Uint8Array.fromHex("30030101ff") },
  { oid: OID.KEY_USAGE, critical: true, value: Uint8Array.fromHex("03020106") },
];

/** Ed25519 signs the same the same way every time. Another `number`, another key. */
export async function fuzzCa(number = 7): Promise<FuzzCa> {
  const seed = derOctetString(new Uint8Array(32).fill(number));
  const key = await parsePrivateKeyDer(
    derSequence(derInteger(0), derSequence(derOid(OID.ED25519)), derOctetString(seed)),
  );
  const signer = await signerFor(key);
  return {
    key,
    signer,
    certificate: await parseCertificate(await certificateDer(signer, { extensions: CA_EXTENSIONS })),
  };
}
