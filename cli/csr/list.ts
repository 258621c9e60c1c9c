/** `caucase csr list` */
import { systemClock } from "../../core/host/clock.ts";
import { type PendingDetails, writePendingDetailsList } from "../../core/protocol/pending_details.ts";
import { EXIT } from "../exit_status.ts";
import { caOf } from "../options.ts";
import { printJson, printJsonLine } from "../output/json.ts";
import { type Column, tableLines } from "../output/table.ts";
import { relativeText } from "../output/times.ts";
import { connect, requireUser } from "../profile/connection.ts";
import { parseArguments } from "../subcommand.ts";
import { clearScreen, printError, printLine, screenWidth } from "../terminal.ts";
import { pendingRequests } from "./asking.ts";
import { csrListCommand } from "./command.ts";

/** Seconds between two looks of `--watch`. */
const WATCH_INTERVAL = 3;

/** Lists what waits. Resolves with the exit status; with `--watch`, never. */
export async function csrList(args: readonly string[]): Promise<number> {
  const command = csrListCommand();
  parseArguments(command, args);
  const { mode, watch = false, json = false, ...connection } = command.opts();
  const ca = caOf(mode);
  const server = await connect(connection);
  requireUser(server);
  const look = () => pendingRequests(server.apis[ca], ca);
  if (watch) return await watchRequests(look, json);
  const found = await look();
  if (json) printJson(asJson(found));
  else if (found.length === 0) printError(`no request of a ${mode} waits`);
  else showTable(found);
  return EXIT.ok;
}

/** On a screen, all that wait, again and again; else what is new, once each. */
async function watchRequests(look: () => Promise<readonly PendingDetails[]>, json: boolean): Promise<never> {
  const shown = new Set<bigint>();
  for (;;) {
    const found = await look();
    const fresh = found.filter(({ id }) => !shown.has(id));
    if (json) { for (const one of asJson(fresh)) printJsonLine(one); }
    else if (screenWidth() !== undefined) showScreen(found);
    else for (const line of linesOf(fresh, shown.size === 0)) printLine(line);
    for (const { id } of fresh) shown.add(id);
    await systemClock.sleepUntil(systemClock.now() + WATCH_INTERVAL);
  }
}

function showScreen(found: readonly PendingDetails[]): void {
  clearScreen();
  if (found.length > 0) showTable(found);
  else printLine("no request waits");
  printLine("\nCtrl-C ends this");
}

function showTable(found: readonly PendingDetails[]): void {
  for (const line of tableLines(columnsAt(systemClock.now()), found, screenWidth())) printLine(line);
}

function linesOf(found: readonly PendingDetails[], withTitles: boolean): string[] {
  if (found.length === 0) return [];
  const [titles = "", ...lines] = tableLines(columnsAt(systemClock.now()), found);
  return withTitles ? [titles, ...lines] : lines;
}

function columnsAt(now: number): Column<PendingDetails>[] {
  return [
    { title: "ID", text: ({ id }) => `${id}` },
    { title: "SUBJECT", text: ({ subject }) => subject, isElastic: true },
    { title: "NAMES", text: ({ dns, ip, otherNames }) => [...dns, ...ip, ...otherNames].join(", "), isElastic: true },
    { title: "KEY", text: ({ key }) => key.kind },
    { title: "RECEIVED", text: ({ receivedAt }) => receivedAt === null ? "-" : relativeText(receivedAt, now) },
    { title: "FROM", text: ({ receivedFrom }) => receivedFrom ?? "-" },
  ];
}

/** With the members of the protocol's message. */
function asJson(found: readonly PendingDetails[]): unknown[] {
  return JSON.parse(writePendingDetailsList(found)).requests;
}
