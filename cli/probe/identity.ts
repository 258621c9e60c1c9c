/** Whether clients can tell that it is the server that they talk to by HTTPS. */
import { CaucaseError, malformed } from "../../core/errors.ts";
import { readVoucher } from "../../core/protocol/https_voucher.ts";
import { type Certificate, certificateFromPem, isIssuedBy, parseCertificate } from "../../core/x509/certificate.ts";
import { findExtension } from "../../core/x509/extension.ts";
import { parseGeneralNames } from "../../core/x509/general_name.ts";
import { ipAddressToText, parseIpAddress } from "../../core/x509/ip_address.ts";
import { OID } from "../../core/der/oids.ts";
import type { ProbeVerdict } from "./finding.ts";
import type { AskServer, ProbeAnswer } from "./server.ts";

/**
 * The CA for services vouches for the CA of the certificate that the server shows, which is for the name that it was
 * asked by. Without a voucher, as the reference's servers are, or by another name a server can still do all else.
 * @param authorities CA certificates for services
 * @throws `malformed`; `untrusted` when somebody else answers by HTTPS
 */
export async function judgeIdentity(
  ask: AskServer,
  { url, serverCertificate }: ProbeAnswer,
  authorities: readonly Certificate[],
): Promise<ProbeVerdict> {
  const voucher = await findVoucher(ask);
  if (voucher === undefined) return { warning: "nothing vouches for it: clients cannot tell who answers by HTTPS" };
  if (serverCertificate === undefined) throw malformed("the server shows no certificate");
  const certificate = await parseCertificate(serverCertificate);
  if (!await isIssuedByAny(certificate, await readVoucher(voucher, authorities))) {
    throw new CaucaseError("untrusted", "the certificate by HTTPS is from a CA that the server does not vouch for");
  }
  const host = new URL(url).hostname;
  const names = namesOf(certificate);
  if (names.includes(plainHost(host))) return `the CA for services vouches for ${host}`;
  return {
    warning: `the certificate by HTTPS is for ${names.join(", ") || "nobody"}: clients do not take it for ${host}`,
  };
}

/** Undefined where there is none. The reference takes the name for that of a certificate, and answers 400. */
async function findVoucher(ask: AskServer): Promise<string | undefined> {
  try {
    return (await ask({ ca: "cas", about: "httpsCa", secure: false })).text;
  } catch (error) {
    if (error instanceof CaucaseError && [400, 404].includes(error.details.status ?? 0)) return undefined;
    throw error;
  }
}

async function isIssuedByAny(certificate: Certificate, caPems: readonly string[]): Promise<boolean> {
  for (const pem of caPems) if (await isIssuedBy(certificate, await certificateFromPem(pem))) return true;
  return false;
}

/** DNS names in lower case, and IP addresses. */
function namesOf({ extensions }: Certificate): string[] {
  const names = findExtension(extensions, OID.SUBJECT_ALT_NAME);
  if (names === undefined) return [];
  return parseGeneralNames(names.value).filter(({ form }) => form === "DNS" || form === "IP")
    .map(({ text }) => text.toLowerCase());
}

/** The host of a URL as `namesOf` has it. */
function plainHost(host: string): string {
  const address = parseIpAddress(host.replace(/^\[|\]$/g, ""));
  return address === undefined ? host : ipAddressToText(address);
}
