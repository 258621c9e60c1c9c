/** Checks of one of the two CAs: its certificates, how they follow one another, and its CRLs. */
import { equalBytes } from "../../core/bytes.ts";
import { CaucaseError } from "../../core/errors.ts";
import type { PublicCa } from "../../core/protocol/routes.ts";
import { decodePem, PEM_LABEL } from "../../core/pem.ts";
import { followChain, parseChain } from "../../core/protocol/ca_chain.ts";
import { type Certificate, certificateFromPem, isValidAt } from "../../core/x509/certificate.ts";
import { type CertificateList, isCrlSignedBy, parseCrl } from "../../core/x509/crl.ts";
import { dateText, examine, examineAlone, type ProbeFinding, type ProbeVerdict } from "./finding.ts";
import type { AskServer } from "./server.ts";

export interface CheckedServer {
  /** By HTTP it answers. */
  readonly ask: AskServer;
  /** Whether it answers by HTTPS, too. */
  readonly hasHttps: boolean;
}

export interface CheckedAuthority {
  readonly findings: readonly ProbeFinding[];
  /** Its CA certificates, as far as they could be found out. */
  readonly current: readonly Certificate[];
}

/** A CRL is renewed after half of its time: one with less than this part left is overdue. */
const OVERDUE_PART = 1 / 4;

/** `now` is in Unix seconds. */
export async function checkAuthority(ca: PublicCa, server: CheckedServer, now: number): Promise<CheckedAuthority> {
  const { ask, hasHttps } = server;
  const first = await examine(
    `${ca}-certificate`,
    async () => await certificateFromPem((await ask({ ca, about: "caCertificate", secure: false })).text),
    async (certificate) => {
      judgeCaCertificate(certificate, now);
      if (hasHttps) await requireSame(certificate, ca, ask);
      const source = hasHttps ? "the same by HTTP and HTTPS, " : "";
      return `${source}valid until ${dateText(certificate.notAfter)}`;
    },
  );
  if (first.value === undefined) return { findings: [first.finding], current: [] };
  const oldest = [first.value];
  const chain = await examine(
    `${ca}-chain`,
    async () => await followChain(oldest, parseChain((await ask({ ca, about: "caChain", secure: false })).text), now),
    (current) => `${current.length} valid, the last until ${dateText(Math.max(...current.map((one) => one.notAfter)))}`,
  );
  const current = chain.value ?? oldest;
  return { findings: [first.finding, chain.finding, ...await checkCrls(ca, { ask, current }, now)], current };
}

function judgeCaCertificate(certificate: Certificate, now: number): void {
  if (!certificate.isCa) throw new CaucaseError("untrusted", "it is not a certificate of a CA");
  if (isValidAt(certificate, now)) return;
  const { notBefore, notAfter } = certificate;
  throw new CaucaseError("untrusted", `it is valid from ${dateText(notBefore)} to ${dateText(notAfter)} only`);
}

/** A machine in between may change what goes over HTTP. */
async function requireSame(byHttp: Certificate, ca: PublicCa, ask: AskServer): Promise<void> {
  const { text, url } = await ask({ ca, about: "caCertificate", secure: true });
  const byHttps = await certificateFromPem(text);
  if (equalBytes(byHttp.der, byHttps.der)) return;
  throw new CaucaseError("untrusted", `HTTP gives another CA certificate than ${url}`);
}

/** One finding for each CA certificate, or one when there are no CRLs at all. */
async function checkCrls(
  ca: PublicCa,
  { ask, current }: { readonly ask: AskServer; readonly current: readonly Certificate[] },
  now: number,
): Promise<ProbeFinding[]> {
  const check = `${ca}-crl`;
  const crls = await examine(
    check,
    async () => parseCrls((await ask({ ca, about: "crlList", secure: false })).text),
    () => "",
  );
  const { value } = crls;
  if (value === undefined) return [crls.finding];
  return await Promise.all(
    current.map((authority) => examineAlone(check, async () => judgeCrl(await crlOf(authority, value), now))),
  );
}

function parseCrls(text: string): CertificateList[] {
  return decodePem(text).filter(({ label }) => label === PEM_LABEL.CRL).map(({ der }) => parseCrl(der));
}

async function crlOf(authority: Certificate, crls: readonly CertificateList[]): Promise<CertificateList> {
  for (const crl of crls) if (await isCrlSignedBy(crl, authority)) return crl;
  throw new CaucaseError("not-found", `the CA certificate ${authority.keyIdentifier} signed none of the server's CRLs`);
}

function judgeCrl({ number, thisUpdate, nextUpdate, entryCount }: CertificateList, now: number): ProbeVerdict {
  const name = number === undefined ? "the CRL" : `CRL ${number}`;
  if (nextUpdate === undefined) throw new CaucaseError("unacceptable", `${name} does not say how long it is good`);
  const until = `${name} is good until ${dateText(nextUpdate)}`;
  if (now < thisUpdate) throw new CaucaseError("untrusted", `${name} is from the future: ${dateText(thisUpdate)}`);
  if (now > nextUpdate) throw new CaucaseError("untrusted", `${name} was good until ${dateText(nextUpdate)} only`);
  if (nextUpdate - now < (nextUpdate - thisUpdate) * OVERDUE_PART) {
    return { warning: `${until}, and should have been renewed` };
  }
  return `${until}, ${entryCount} revoked`;
}
