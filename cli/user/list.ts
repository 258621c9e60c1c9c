/** `caucase user list` */
import type { CertificateEntry } from "../../core/protocol/register.ts";
import { entriesAsJson, searchRegister } from "../cert/register_pages.ts";
import { EXIT } from "../exit_status.ts";
import { printJson } from "../output/json.ts";
import { type Column, tableLines } from "../output/table.ts";
import { dayText, relativeText } from "../output/times.ts";
import { connect, requireUser } from "../profile/connection.ts";
import { parseArguments } from "../subcommand.ts";
import { printError, printLine, screenWidth } from "../terminal.ts";
import { userListCommand } from "./command.ts";
import { commonNameIn, isGood } from "./people.ts";

/** Lists users. Resolves with the exit status. */
export async function userList(args: readonly string[]): Promise<number> {
  const command = userListCommand();
  parseArguments(command, args);
  const { all = false, json = false, ...connection } = command.opts();
  const server = await connect(connection);
  const own = requireUser(server).certificate.serial;
  const entries = await searchRegister(server.apis.cau, {});
  const found = entries.filter((entry) => all || isUser(entry));
  if (json) printJson(entriesAsJson(found));
  else if (found.length === 0) printError("the register has no users");
  else for (const line of tableLines(columnsAt(server.now, own), found, screenWidth())) printLine(line);
  return EXIT.ok;
}

/** Not by a certificate that was followed by another one: nobody is shown twice. */
function isUser(entry: CertificateEntry): boolean {
  return isGood(entry) && entry.renewedBy === null;
}

function columnsAt(now: number, own: bigint): Column<CertificateEntry>[] {
  return [
    { title: "NAME", text: ({ subject, serial }) => commonNameIn(subject) + (serial === own ? " (you)" : "") },
    { title: "STATUS", text: ({ status }) => status },
    { title: "ENDS", text: ({ notAfter }) => `${dayText(notAfter)} ${relativeText(notAfter, now)}` },
    { title: "KEY", text: ({ key }) => key.kind },
    { title: "SERIAL", text: ({ serial }) => `${serial}` },
  ];
}
