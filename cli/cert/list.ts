/** `caucase cert list` */
import type { CertificateEntry } from "../../core/protocol/register.ts";
import { EXIT } from "../exit_status.ts";
import { caOf } from "../options.ts";
import { printJson } from "../output/json.ts";
import { type Column, tableLines } from "../output/table.ts";
import { dayText, relativeText } from "../output/times.ts";
import { connect, requireUser } from "../profile/connection.ts";
import { parseArguments } from "../subcommand.ts";
import { printError, printLine, screenWidth } from "../terminal.ts";
import { commonNameIn } from "../user/people.ts";
import { certListCommand } from "./command.ts";
import { failingText, renewalText } from "./last_heard.ts";
import { entriesAsJson } from "./register_pages.ts";
import { selectCertificates } from "./selection.ts";

/** Lists what the register has. Resolves with the exit status. */
export async function certList(args: readonly string[]): Promise<number> {
  const command = certListCommand();
  parseArguments(command, args);
  const { mode, json = false, ...wanted } = command.opts();
  const server = await connect(wanted);
  requireUser(server);
  const { found, isAboutRenewal, summary } = await selectCertificates(server, caOf(mode), wanted);
  if (json) printJson(entriesAsJson(found));
  else if (found.length === 0) printError("no certificate is like that");
  else show(found, isAboutRenewal ? renewalColumn(server.now) : installedColumn(found, server.now), server.now);
  if (summary !== undefined) printError(summary);
  return EXIT.ok;
}

function show(found: readonly CertificateEntry[], last: readonly Column<CertificateEntry>[], now: number): void {
  const columns = [...columnsAt(now), ...last];
  for (const line of tableLines(columns, found, screenWidth())) printLine(line);
}

function renewalColumn(now: number): Column<CertificateEntry>[] {
  return [{ title: "RENEWAL", text: (entry) => renewalText(entry, now), isElastic: true }];
}

/** Where nobody reports, there is nothing to show. */
function installedColumn(found: readonly CertificateEntry[], now: number): Column<CertificateEntry>[] {
  const hasReports = found.some(({ installation }) => installation !== null);
  return hasReports ? [{ title: "INSTALLED", text: (entry) => installationText(entry, now) }] : [];
}

/** A serial number has 48 digits: with fewer columns, little room is left for names. */
const NARROW = 100;

function columnsAt(now: number): Column<CertificateEntry>[] {
  const isNarrow = (screenWidth() ?? Infinity) < NARROW;
  return [
    { title: "SERIAL", text: ({ serial }) => `${serial}` },
    { title: "STATUS", text: ({ status }) => status },
    {
      title: "ENDS",
      text: ({ notAfter }) =>
        isNarrow ? relativeText(notAfter, now) : `${dayText(notAfter)} ${relativeText(notAfter, now)}`,
    },
    { title: "NAMES", text: namesText, isElastic: true },
  ];
}

/** The subject, and the names that it does not say itself. */
function namesText({ subject, dns, ip, otherNames }: CertificateEntry): string {
  const common = commonNameIn(subject);
  return [subject, ...[...dns, ...ip, ...otherNames].filter((name) => name !== common)]
    .filter((name) => name !== "").join(", ");
}

/** What the holder reported: the day when it was installed, `hook failing for 3h (…)`, or nothing. */
export function installationText({ installation }: CertificateEntry, now: number): string {
  if (installation === null) return "-";
  return installation.hook === "failed" ? failingText(installation, now) : dayText(installation.reportedAt);
}
