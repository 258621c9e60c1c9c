/** Getting a new certificate for a new key with the one that is about to expire. */
import { signMessage } from "../core/envelope.ts";
import { CaucaseError } from "../core/errors.ts";
import { type Certificate, certificateFromPem, certificateToPem, isIssuedBy } from "../core/x509/certificate.ts";
import { buildCsr } from "../core/x509/csr.ts";
import { generateRsaKey, type PrivateKey, privateKeyToPem } from "../core/x509/private_key.ts";
import { signerFor } from "../core/x509/signer.ts";
import type { ApiClient } from "./api_client.ts";

/** A key and its certificate, ready to be written. */
export interface RenewedPair {
  readonly keyPem: string;
  readonly certificatePem: string;
  readonly certificate: Certificate;
}

/** Which of `authorities` issued `certificate`; undefined when none did. */
export async function issuerAmong(
  authorities: readonly Certificate[],
  certificate: Certificate,
): Promise<Certificate | undefined> {
  for (const authority of authorities) if (await isIssuedBy(certificate, authority)) return authority;
  return undefined;
}

/** Whether `certificate` has less than `threshold` seconds left. */
export function isRenewalDue({ notAfter }: Certificate, threshold: number, now: number): boolean {
  return notAfter - now < threshold;
}

/** A renewal: a new key, and the messages that turn it into a certificate. */
export interface Renewal {
  readonly certificate: Certificate;
  readonly key: PrivateKey;
  /** One of these must have issued what the server answers. */
  readonly authorities: readonly Certificate[];
  /** RSA bits of the new key. */
  readonly keyBits: number;
}

/**
 * Renews at the server. Nothing is written: the old pair is good until the caller has stored the new one.
 * @throws `untrusted` when what the server answers is not a certificate for the new key from a CA that we know
 */
export async function renewAt(
  api: ApiClient,
  { certificate, key, authorities, keyBits }: Renewal,
): Promise<RenewedPair> {
  const newKey = await generateRsaKey(keyBits);
  const csrPem = await buildCsr({ subject: certificate.subject, extensions: [] }, await signerFor(newKey));
  const payload = JSON.stringify({ crt_pem: certificateToPem(certificate), renew_csr_pem: csrPem });
  const certificatePem = await api.renew(await signMessage(payload, key));
  const renewed = await certificateFromPem(certificatePem);
  await requireCertificateFor(newKey, renewed, authorities);
  return { keyPem: privateKeyToPem(newKey), certificatePem: certificateToPem(renewed), certificate: renewed };
}

async function requireCertificateFor(
  key: PrivateKey,
  certificate: Certificate,
  authorities: readonly Certificate[],
): Promise<void> {
  if (certificate.publicKey.keyId !== key.publicKey.keyId) {
    throw new CaucaseError("untrusted", "the server answered with a certificate for another key");
  }
  if (await issuerAmong(authorities, certificate) === undefined) {
    throw new CaucaseError(
      "untrusted",
      "the server answered with a certificate that no stored CA certificate vouches for",
    );
  }
}
