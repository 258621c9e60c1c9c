/** `caucase ca show` */
import type { PublicCa } from "../../core/protocol/routes.ts";
import { timeToText } from "../../core/utc_time.ts";
import { decodePem, PEM_LABEL } from "../../core/pem.ts";
import { type CertificateList, crlFromPem, isCrlSignedBy } from "../../core/x509/crl.ts";
import { nameToText } from "../../core/x509/name.ts";
import { caFingerprint } from "../ca_fingerprint.ts";
import { EXIT } from "../exit_status.ts";
import { printJson } from "../output/json.ts";
import { factLines } from "../output/table.ts";
import { minuteText, relativeText } from "../output/times.ts";
import { connect, type Connection } from "../profile/connection.ts";
import { parseArguments } from "../subcommand.ts";
import { printLine } from "../terminal.ts";
import { caShowCommand } from "./command.ts";
import { type PhasedIssuer, phasedIssuers } from "./issuers.ts";

interface ShownIssuer extends PhasedIssuer {
  readonly ca: PublicCa;
  readonly fingerprint: string;
  /** Undefined where the server has none that it signed. */
  readonly crl: CertificateList | undefined;
}

/** Shows the CA certificates. Resolves with the exit status. */
export async function caShow(args: readonly string[]): Promise<number> {
  const command = caShowCommand();
  parseArguments(command, args);
  const { json = false, ...connection } = command.opts();
  const server = await connect(connection);
  const shown = [...await issuersOf(server, "cas"), ...await issuersOf(server, "cau")];
  if (json) printJson(shown.map(asJson));
  else for (const [index, one] of shown.entries()) show(one, index, server.now);
  return EXIT.ok;
}

async function issuersOf(server: Connection, ca: PublicCa): Promise<ShownIssuer[]> {
  const authorities = await server.authorities(ca);
  const blocks = decodePem(await server.apis[ca].crls()).filter(({ label }) => label === PEM_LABEL.CRL);
  const crls = blocks.map(({ text }) => crlFromPem(text));
  return await Promise.all(
    phasedIssuers(authorities, server.now).map(async (issuer) => {
      const signed = await Promise.all(crls.map((crl) => isCrlSignedBy(crl, issuer.certificate)));
      const crl = crls.find((_, index) => signed[index]);
      return { ...issuer, ca, fingerprint: await caFingerprint(issuer.certificate), crl };
    }),
  );
}

function show({ ca, certificate, phase, fingerprint, crl }: ShownIssuer, index: number, now: number): void {
  if (index > 0) printLine("");
  const { notBefore, notAfter, keyIdentifier, subject } = certificate;
  const lines = factLines([
    ["CA", ca === "cas" ? "CAS, for services" : "CAU, for users"],
    ["Subject", nameToText(subject)],
    ["Phase", phase],
    ["Valid", [`from ${minuteText(notBefore)}`, `until ${minuteText(notAfter)}, ${relativeText(notAfter, now)}`]],
    ["Key identifier", keyIdentifier],
    ["Fingerprint", fingerprint],
    ["CRL", crl === undefined ? "none" : crlLines(crl, now)],
  ]);
  for (const line of lines) printLine(line);
}

function crlLines({ number, entryCount, thisUpdate, nextUpdate }: CertificateList, now: number): string[] {
  return [
    `number ${number ?? "-"}, ${entryCount} revoked, made ${relativeText(thisUpdate, now)}`,
    ...(nextUpdate === undefined ? [] : [`valid until ${minuteText(nextUpdate)}, ${relativeText(nextUpdate, now)}`]),
  ];
}

/** With the names that the server's status has for the same. */
function asJson({ ca, certificate, phase, fingerprint, crl }: ShownIssuer) {
  const { keyIdentifier, subject, notBefore, notAfter } = certificate;
  return {
    ...{ ca, keyIdentifier, subject: nameToText(subject), phase, fingerprint },
    notBefore: timeToText(notBefore),
    notAfter: timeToText(notAfter),
    crl: crl === undefined ? null : {
      number: crl.number ?? null,
      entries: crl.entryCount,
      thisUpdate: timeToText(crl.thisUpdate),
      nextUpdate: crl.nextUpdate === undefined ? null : timeToText(crl.nextUpdate),
    },
  };
}
