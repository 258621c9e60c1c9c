/** Getting a new certificate for a new key with the one that is about to expire. */
import { signRenewal } from "../core/protocol/renewal.ts";
import { CaucaseError } from "../core/errors.ts";
import { type Certificate, certificateFromPem, certificateToPem, isIssuedBy } from "../core/x509/certificate.ts";
import { generateRsaKey } from "../core/host/generate_key.ts";
import { type PrivateKey, privateKeyToPem } from "../core/keys/private_key.ts";
import type { ApiClient } from "./net/api_client.ts";
import { type KeyAndRequest, makeRequest } from "./new_request.ts";

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

/** What is renewed, and with which key. */
export interface RenewingHolder {
  readonly certificate: Certificate;
  readonly key: PrivateKey;
  /** One of these must have issued what the server answers. */
  readonly authorities: readonly Certificate[];
}

/**
 * Renews at the server, with a new RSA key of `keyBits`. Nothing is written: the old pair is good until the caller has
 * stored the new one.
 * @throws `untrusted` when what the server answers is not a certificate for the new key from a CA that we know
 */
export async function renewAt(
  api: Pick<ApiClient, "renew">,
  { keyBits, ...holder }: RenewingHolder & { readonly keyBits: number },
): Promise<RenewedPair> {
  return await sendRenewal(api, holder, await prepareRenewal(holder.certificate, () => generateRsaKey(keyBits)));
}

/**
 * The new key and the request for a renewal: sent again after a lost answer, a server of caucase answers the same
 * certificate.
 */
export async function prepareRenewal(
  { subject }: Certificate,
  newKey: () => Promise<PrivateKey>,
): Promise<KeyAndRequest> {
  // The server takes the extensions from the old certificate.
  return await makeRequest({ subject, extensions: [] }, newKey);
}

/** Sends what `prepareRenewal` made. Throws as `renewAt` does. */
export async function sendRenewal(
  api: Pick<ApiClient, "renew">,
  { certificate, key, authorities }: RenewingHolder,
  request: KeyAndRequest,
): Promise<RenewedPair> {
  const wanted = { certificatePem: certificateToPem(certificate), csrPem: request.csrPem };
  const renewed = await answeredCertificate(await api.renew(await signRenewal(wanted, key)));
  await requireCertificateFor(request.key, renewed, authorities);
  return { keyPem: privateKeyToPem(request.key), certificatePem: certificateToPem(renewed), certificate: renewed };
}

/** The certificate that a server answered, PEM. @throws as `certificateFromPem`, saying whose fault it is */
export async function answeredCertificate(pem: string): Promise<Certificate> {
  try {
    return await certificateFromPem(pem);
  } catch (error) {
    if (!(error instanceof CaucaseError)) throw error;
    throw new CaucaseError(error.code, `the server answered with no usable certificate: ${error.message}`);
  }
}

/** @throws `untrusted` unless it is for `key`, from one of `authorities` */
export async function requireCertificateFor(
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
