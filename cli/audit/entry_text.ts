/** Entries of the audit log for people. */
import type { AuditEntry, EntryPart } from "../../core/audit/entry.ts";
import type { Verified } from "../../core/audit/verification.ts";
import type { Column } from "../output/table.ts";
import { factLines } from "../output/table.ts";
import type { SubjectsBySerial } from "./named_certificates.ts";
import { timeToText } from "../../core/utc_time.ts";

export function entryColumns(subjects: SubjectsBySerial): readonly Column<AuditEntry>[] {
  return [
    { title: "ID", text: ({ id }) => `${id}` },
    { title: "TIME", text: ({ time }) => timeToText(time) },
    { title: "CA", text: ({ ca }) => ca },
    { title: "EVENT", text: ({ event }) => event.kind },
    { title: "BY", text: ({ actor }) => authorText(actor, subjects), isElastic: true },
    { title: "FROM", text: ({ actor }) => addressText(actor) },
    { title: "ABOUT", text: ({ event }) => aboutText(event, subjects), isElastic: true },
  ];
}

/** A user by name, where the register has it. */
function authorText(actor: EntryPart, subjects: SubjectsBySerial): string {
  const name = actor.kind === "user" && typeof actor.serial === "string" ? subjects.get(actor.serial) : undefined;
  return name === undefined ? actorText(actor) : `user ${name}`;
}

/** What people look for first: the names in a certificate, how it came about; `--json` and `verify` have all of it. */
function aboutText(event: EntryPart, subjects: SubjectsBySerial): string {
  if (event.kind === "refused") return `${event.action} ${event.object}: ${event.reason}`;
  const { kind: _, serial, origin, issuer, notAfter, ...rest } = event;
  const name = typeof serial === "string" ? subjects.get(serial) : undefined;
  const first = [name, originText(origin), serial === undefined ? undefined : `serial ${String(serial)}`];
  const others = serial === undefined ? { ...(issuer !== undefined && { issuer }), ...rest } : rest;
  const end = typeof notAfter === "number" ? `until ${timeToText(notAfter)}` : undefined;
  return [...first, partText({ kind: "", ...others }), end].filter((part) => part !== undefined && part !== "")
    .join(", ");
}

/** `approved`, `renewal of 123` */
function originText(origin: unknown): string | undefined {
  if (typeof origin !== "object" || origin === null || !("kind" in origin)) return undefined;
  return `${String(origin.kind)}${"of" in origin ? ` of ${String(origin.of)}` : ""}`;
}

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
