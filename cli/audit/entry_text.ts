/** Entries of the audit log for people. */
import type { AuditEntry, EntryPart } from "../../core/audit/entry.ts";
import type { Verified } from "../../core/audit/verification.ts";
import type { Column } from "../output/table.ts";
import { factLines } from "../output/table.ts";
import { timeToText } from "../../core/utc_time.ts";

export const ENTRY_COLUMNS: readonly Column<AuditEntry>[] = [
  { title: "ID", text: ({ id }) => `${id}` },
  { title: "TIME", text: ({ time }) => timeToText(time) },
  { title: "CA", text: ({ ca }) => ca },
  { title: "EVENT", text: ({ event }) => event.kind },
  { title: "ABOUT", text: ({ event }) => partText(event), isElastic: true },
  { title: "BY", text: ({ actor }) => actorText(actor), isElastic: true },
  { title: "FROM", text: ({ actor }) => addressText(actor) },
];

/** Each thing in a line of its own. */
function entryFacts({ time, ca, actor, event }: AuditEntry): string[] {
  return factLines([
    ["time", timeToText(time)],
    ["ca", ca],
    ["event", event.kind],
    ["about", partText(event)],
    ["by", actorText(actor)],
    ["from", addressText(actor)],
  ]);
}

function actorText({ kind, serial, id }: EntryPart): string {
  return [kind, serial ?? id].filter((part) => part !== undefined).join(" ");
}

function addressText({ address }: EntryPart): string {
  return address === undefined ? "-" : String(address);
}

function partText({ kind: _, ...rest }: EntryPart): string {
  return Object.entries(rest).map(([name, value]) =>
    `${name} ${typeof value === "object" ? JSON.stringify(value) : String(value)}`
  ).join(", ");
}

/** What was proved, for people. */
export function verifiedLines({ tree, verifier, kept, restored, entry }: Verified): string[] {
  const sizes = kept.length === 0 ? [] : [
    `nothing was changed or removed since ${kept.length === 1 ? "the kept checkpoint" : "any kept checkpoint"}: ` +
    `all of ${Math.max(...kept)} entries are as they were`,
  ];
  return [
    `${verifier.name}: ${tree.size} entries, as its checkpoint says`,
    ...sizes,
    ...restored.map(({ id }) => `entry ${id}: the database was restored from a backup`),
    ...(entry === undefined ? [] : [`entry ${entry.id} is in the log:`, ...entryFacts(entry)]),
  ];
}
