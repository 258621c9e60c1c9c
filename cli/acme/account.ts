/** `caucase acme account list`, `show` and `deactivate` */
import type { AccountDetails, AccountEntry, OrderEntry } from "../../core/protocol/acme_accounts.ts";
import { timeToText } from "../../core/utc_time.ts";
import { EXIT } from "../exit_status.ts";
import { printJson } from "../output/json.ts";
import { requireSomebody, saysYes } from "../output/question.ts";
import { type Column, factLines, tableLines } from "../output/table.ts";
import { dayText, minuteText } from "../output/times.ts";
import { parseArguments } from "../subcommand.ts";
import { printError, printLine, screenWidth } from "../terminal.ts";
import { accountDeactivateCommand, accountListCommand, accountShowCommand } from "./command.ts";
import { acmeOf } from "./eab.ts";

const COLUMNS: readonly Column<AccountEntry>[] = [
  { title: "ID", text: ({ id }) => id },
  { title: "STATUS", text: ({ status }) => status },
  { title: "MADE", text: ({ createdAt }) => dayText(createdAt) },
  { title: "FROM", text: ({ address }) => address },
  { title: "KEY", text: ({ eabKey }) => eabKey ?? "-" },
  { title: "CONTACT", text: ({ contact }) => contact.join(", ") || "-", isElastic: true },
];

const ORDER_COLUMNS: readonly Column<OrderEntry>[] = [
  { title: "ORDERED", text: ({ createdAt }) => minuteText(createdAt) },
  { title: "STATUS", text: ({ status }) => status },
  { title: "CERTIFICATE", text: ({ serial }) => serial === null ? "-" : `${serial}` },
  { title: "NAMES", text: ({ names }) => names.join(", "), isElastic: true },
  { title: "ERROR", text: ({ error }) => error ?? "-", isElastic: true },
];

/** Lists accounts. Resolves with the exit status. */
export async function accountList(args: readonly string[]): Promise<number> {
  const command = accountListCommand();
  parseArguments(command, args);
  const { all = false, json = false, ...connection } = command.opts();
  const { acme } = await acmeOf(connection);
  const found = (await acme.accounts()).filter(({ status }) => all || status === "valid");
  if (json) printJson(found.map(accountJson));
  else if (found.length === 0) printError("there are no accounts");
  else for (const line of tableLines(COLUMNS, byAge(found), screenWidth())) printLine(line);
  return EXIT.ok;
}

/** Shows an account. Resolves with the exit status. */
export async function accountShow(args: readonly string[]): Promise<number> {
  const command = accountShowCommand();
  parseArguments(command, args);
  const { json = false, ...connection } = command.opts();
  const [id] = command.processedArgs;
  const { acme } = await acmeOf(connection);
  const details = await acme.account(id);
  if (json) printJson(detailsJson(details));
  else for (const line of detailsLines(details)) printLine(line);
  return EXIT.ok;
}

/** Ends an account. Resolves with the exit status. */
export async function accountDeactivate(args: readonly string[]): Promise<number> {
  const command = accountDeactivateCommand();
  parseArguments(command, args);
  const { yes = false, ...connection } = command.opts();
  const [id] = command.processedArgs;
  if (!yes) requireSomebody();
  const { acme } = await acmeOf(connection);
  if (!yes) {
    for (const line of detailsLines(await acme.account(id))) printError(line);
    if (!await saysYes("End this account for good")) {
      printError("nothing was changed");
      return EXIT.error;
    }
  }
  await acme.endAccount(id);
  printLine(`deactivated ${id}`);
  return EXIT.ok;
}

function detailsLines({ account, orders, hasMoreOrders }: AccountDetails): string[] {
  const { id, status, contact, thumbprint, eabKey, allow, createdAt, address } = account;
  const facts = factLines([
    ["account", id],
    ["status", status === "revoked" ? "revoked, by a user" : status],
    ["made", `${minuteText(createdAt)}, from ${address}`],
    ["contact", contact.length === 0 ? "none" : contact],
    ["key", `SHA-256 ${thumbprint}`],
    ["made with", eabKey === null ? "no external account key" : `the external account key ${eabKey}`],
    ["names", allow === null ? "all that the server allows" : allow],
  ]);
  if (orders.length === 0) return [...facts, "no orders"];
  const more = hasMoreOrders ? ["and others"] : [];
  return [...facts, "", ...tableLines(ORDER_COLUMNS, orders, screenWidth()), ...more];
}

function byAge(accounts: readonly AccountEntry[]): AccountEntry[] {
  return accounts.toSorted((a, b) => a.createdAt - b.createdAt);
}

/** With the members of the protocol's message, as below. */
function accountJson({ createdAt, ...rest }: AccountEntry) {
  return { ...rest, createdAt: timeToText(createdAt) };
}

function detailsJson({ account, orders, hasMoreOrders }: AccountDetails) {
  const made = orders.map(({ createdAt, ...rest }) => ({ ...rest, createdAt: timeToText(createdAt) }));
  return { account: accountJson(account), orders: made, hasMoreOrders };
}
