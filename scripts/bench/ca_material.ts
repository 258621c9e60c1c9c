/** Keys of each kind that a CA may have, requests for such keys, and CA certificates for servers that bring none. */
import type { Bytes } from "../../core/bytes.ts";
import type { PrivateKey } from "../../core/keys/private_key.ts";
import { type Signer, signerFor } from "../../core/keys/signer.ts";
import { type Certificate, certificateToPem, parseCertificate } from "../../core/x509/certificate.ts";
import type { Extension } from "../../core/x509/extension.ts";
import { commonNameDer } from "../../core/x509/name.ts";
import {
  authorityKeyIdentifierExtension,
  basicConstraints,
  KEY_USAGE,
  keyUsage,
  subjectKeyIdentifierExtension,
} from "../../core/x509/standard_extensions.ts";
import { newSerial } from "../../core/x509/tbs_certificate.ts";
import { newKey } from "../../tests/support/keys.ts";
import { certificateDer } from "../../tests/support/structures.ts";
import { DAY } from "./scale.ts";

/** Of the CA's key, and of the keys that it certifies. */
export const CA_KINDS = ["RSA-2048", "P-256"] as const;
export type CaKind = (typeof CA_KINDS)[number];

/** Longer than twice what a certificate lives for: no server makes its next CA certificate at once. */
const CA_LIFE_SPAN = 3650 * DAY;

export function newKeyOf(kind: CaKind): Promise<PrivateKey> {
  return newKey(kind === "RSA-2048" ? "RSA" : kind);
}

export interface BenchCa {
  readonly key: PrivateKey;
  readonly signer: Signer;
  readonly certificate: Certificate;
  readonly certificatePem: string;
}

/** A CA with a new key, certified by `issuer`, or by itself. */
export async function newBenchCa(kind: CaKind, name: string, issuer?: BenchCa): Promise<BenchCa> {
  const key = await newKeyOf(kind);
  const own = await signerFor(key);
  const subject = commonNameDer(name);
  const now = Math.floor(Date.now() / 1000);
  const der = await certificateDer(issuer?.signer ?? own, {
    ...{ issuer: issuer?.certificate.subject ?? subject, subject },
    serial: BigInt(`0x${newSerial(random).toHex()}`),
    spki: key.publicKey.spki,
    notBefore: now - DAY,
    notAfter: now + CA_LIFE_SPAN,
    extensions: caExtensions(key, issuer),
  });
  const certificate = await parseCertificate(der);
  return { key, signer: own, certificate, certificatePem: certificateToPem(certificate) };
}

/** Without a path length for a root, as that of step-ca's own making stands above an intermediate one. */
function caExtensions({ publicKey }: PrivateKey, issuer: BenchCa | undefined): readonly Extension[] {
  return [
    basicConstraints(issuer === undefined ? {} : { pathLength: 0 }),
    keyUsage([KEY_USAGE.keyCertSign, KEY_USAGE.cRLSign], true),
    subjectKeyIdentifierExtension(publicKey.keyId),
    authorityKeyIdentifierExtension(issuer?.key.publicKey.keyId ?? publicKey.keyId),
  ];
}

function random(size: number): Bytes {
  return crypto.getRandomValues(new Uint8Array(size));
}
