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
import { entriesAsJson, searchRegister } from "./register_pages.ts";

/** Lists what the register has. Resolves with the exit status. */
export async function certList(args: readonly string[]): Promise<number> {
  const command = certListCommand();
  parseArguments(command, args);
  const { mode, status, name, expiresBefore, issuer, limit, json = false, ...connection } = command.opts();
  const search = {
    ...(status !== undefined && { status }),
    ...(name !== undefined && { name }),
    ...(expiresBefore !== undefined && { expiresBefore }),
    ...(issuer !== undefined && { issuer }),
  };
  const server = await connect(connection);
  requireUser(server);
  const found = await searchRegister(server.apis[caOf(mode)], search, limit);
  if (json) printJson(entriesAsJson(found));
  else if (found.length === 0) printError("no certificate is like that");
  else for (const line of tableLines(columnsAt(server.now, found), found, screenWidth())) printLine(line);
  return EXIT.ok;
}

/** A serial number has 48 digits: with fewer columns, little room is left for names. */
const NARROW = 100;

function columnsAt(now: number, found: readonly CertificateEntry[]): Column<CertificateEntry>[] {
  const isNarrow = (screenWidth() ?? Infinity) < NARROW;
  const hasReports = found.some(({ installation }) => installation !== null);
  return [
    { title: "SERIAL", text: ({ serial }) => `${serial}` },
    { title: "STATUS", text: ({ status }) => status },
    {
      title: "ENDS",
      text: ({ notAfter }) =>
        isNarrow ? relativeText(notAfter, now) : `${dayText(notAfter)} ${relativeText(notAfter, now)}`,
    },
    { title: "NAMES", text: namesText, isElastic: true },
    ...(hasReports ? [{ title: "INSTALLED", text: (entry: CertificateEntry) => installationText(entry, now) }] : []),
  ];
}

/** The subject, and the names that it does not say itself. */
function namesText({ subject, dns, ip, otherNames }: CertificateEntry): string {
  const common = commonNameIn(subject);
  return [subject, ...[...dns, ...ip, ...otherNames].filter((name) => name !== common)]
    .filter((name) => name !== "").join(", ");
}

/** What the holder reported: `yes`, `hook failing 3h`, or nothing. */
export function installationText({ installation }: CertificateEntry, now: number): string {
  if (installation === null) return "-";
  const { hook, failingSince, reportedAt } = installation;
  if (hook !== "failed") return dayText(reportedAt);
  return `hook failing since ${relativeText(failingSince ?? reportedAt, now)}`;
}
