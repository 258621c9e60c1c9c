/** Requests and messages as clients send them. */
import { type Bytes, fromUtf8, utf8 } from "../../core/bytes.ts";
import { messageText } from "../../core/protocol/envelope.ts";
import { type InstallationReport, signInstallation } from "../../core/protocol/installation.ts";
import { signRenewal } from "../../core/protocol/renewal.ts";
import { holderRevocation, userRevocation } from "../../core/protocol/revocation.ts";
import type { Certificate } from "../../core/x509/certificate.ts";
import { buildCsr } from "../../core/x509/csr.ts";
import { dnsName, subjectAltNameExtension } from "../../core/x509/general_name.ts";
import { commonNameDer } from "../../core/x509/name.ts";
import type { PrivateKey } from "../../core/keys/private_key.ts";
import { signerFor } from "../../core/keys/signer.ts";

/** A request for a host, PEM. */
export async function csrFor(key: PrivateKey, name = "host1"): Promise<Bytes> {
  const extensions = [subjectAltNameExtension([dnsName(`${name}.example.com`)], false)];
  return utf8(await buildCsr({ subject: commonNameDer(name), extensions }, await signerFor(key)));
}

/** Body of `PUT crt/renew`. */
export async function renewalBody(certificatePem: string, key: PrivateKey, csrPem: Bytes): Promise<string> {
  return messageText(await signRenewal({ certificatePem, csrPem: fromUtf8(csrPem) }, key));
}

/** Of a report, what it says besides which certificate it is about. */
export type ReportChanges = Partial<Omit<InstallationReport, "time">>;

/** Body of `PUT certificates/SERIAL/installation`: the holder of `certificate` told at `time` that all is well. */
export async function installationBody(
  { certificate, privateKey }: { readonly certificate: Certificate; readonly privateKey: PrivateKey },
  time: number,
  changes: ReportChanges = {},
): Promise<string> {
  const { serial, authorityKeyIdentifier: issuer = "" } = certificate;
  const well = { hook: "succeeded", failingSince: null, detail: null } as const;
  return messageText(await signInstallation({ serial, issuer, time, ...well, ...changes }, privateKey));
}

/** Body of `PUT crt/revoke` by the holder. */
export async function revocationBody(certificatePem: string, key: PrivateKey): Promise<string> {
  return messageText(await holderRevocation(certificatePem, key));
}

/** Body of `PUT crt/revoke` by a user. */
export function userRevocationBody(certificatePem: string): string {
  return messageText(userRevocation(certificatePem));
}

/** Body of `PUT crt/revoke` by a user, with any payload, which should be JSON text. */
export function unsignedBody(payload: string): string {
  return JSON.stringify({ payload, digest: null });
}
