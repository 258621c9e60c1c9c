/** `caucase audit show` */
import { openCheckpoint } from "../../core/audit/checkpoint.ts";
import { type AuditEntry, decodeBundle, decodeEntry } from "../../core/audit/entry.ts";
import { parseVerifierKey } from "../../core/audit/note.ts";
import { TILE_WIDTH, widthIn } from "../../core/audit/tiles.ts";
import type { AuditSource } from "../../core/audit/verification.ts";
import { timeToText } from "../../core/utc_time.ts";
import { EXIT } from "../exit_status.ts";
import { printJson } from "../output/json.ts";
import { tableLines } from "../output/table.ts";
import { connect, type Connection, requireUser } from "../profile/connection.ts";
import { parseArguments } from "../subcommand.ts";
import { printError, printLine, screenWidth } from "../terminal.ts";
import { auditShowCommand } from "./command.ts";
import { authorsNamed, isBy } from "./authors.ts";
import { entryColumns } from "./entry_text.ts";
import { subjectsIn } from "./named_certificates.ts";
import { auditOf } from "./sources.ts";

/** Which entries are asked for. */
export interface EntryFilter {
  /** Kinds, serial numbers, ids or addresses: that of any author whom one of them names. */
  readonly authors?: ReadonlySet<string> | undefined;
  readonly serial?: bigint | undefined;
  readonly kind?: string | undefined;
  /** Unix seconds. */
  readonly since?: number | undefined;
}

/** Resolves with the exit status. */
export async function auditShow(args: readonly string[]): Promise<number> {
  const command = auditShowCommand();
  parseArguments(command, args);
  const { by, serial, kind, since, limit, json = false, ...connection } = command.opts();
  const server = await connect(connection);
  requireUser(server);
  const authors = by === undefined ? undefined : await authorsNamed(server.apis.cau, by);
  const found = await newestEntries(auditOf(server), { filter: { authors, serial, kind, since }, limit });
  if (json) printJson(found.map(({ time, ...entry }) => ({ ...entry, time: timeToText(time) })));
  else if (found.length === 0) printError(NOTHING);
  else await showEntries(server, found);
  return EXIT.ok;
}

const NOTHING = "no entry of the audit log is like that, up to the newest checkpoint: the next one is a minute away";

async function showEntries({ apis }: Connection, found: readonly AuditEntry[]): Promise<void> {
  const columns = entryColumns(await subjectsIn(apis, found));
  for (const line of tableLines(columns, found, screenWidth())) printLine(line);
}

/** The newest entries that fit, oldest first. The log is read backwards, as far as needed. */
export async function newestEntries(
  source: AuditSource,
  { filter, limit }: { readonly filter: EntryFilter; readonly limit: number },
): Promise<readonly AuditEntry[]> {
  const verifier = parseVerifierKey(await source.verifierKey());
  const { size } = openCheckpoint(await source.checkpoint(), verifier);
  const found: AuditEntry[] = [];
  for (let index = Math.ceil(size / TILE_WIDTH) - 1; index >= 0 && found.length < limit; index--) {
    const width = widthIn(size, { level: "entries", index });
    const bundle = decodeBundle(await source.tile({ level: "entries", index, width }), width);
    const entries = bundle.map((bytes) => decodeEntry(bytes));
    found.unshift(...entries.filter((entry) => fits(entry, filter)));
    // A clock that was corrected may put a few out of order, but not a whole bundle.
    if (filter.since !== undefined && entries.every(({ time }) => time < (filter.since ?? 0))) break;
  }
  return found.slice(-limit);
}

function fits(entry: AuditEntry, filter: EntryFilter): boolean {
  const { time, event } = entry;
  if (filter.since !== undefined && time < filter.since) return false;
  if (filter.kind !== undefined && event.kind !== filter.kind) return false;
  if (filter.serial !== undefined && !serialsOf(event).includes(String(filter.serial))) return false;
  return filter.authors === undefined || isBy(entry, filter.authors);
}

/** Of the certificate, and of the one that it continues. */
function serialsOf({ serial, origin }: AuditEntry["event"]): unknown[] {
  return [serial, typeof origin === "object" && origin !== null && "of" in origin ? origin.of : undefined];
}
