/**
 * The bytes of an entry of the audit log: a row of `caucase_event`, byte for byte. They are UTF-8 text of six lines,
 * each ended by a newline (U+000A): `caucase-event/1`, then id, time (Unix seconds), CA, actor and event as the row has
 * them, the numbers in decimal. Actor and event are the JSON texts that were written with the event. As no value can
 * hold a newline, no two rows have the same bytes. docs/audit-log.md describes it for others.
 */
import * as v from "valibot";
import { type Bytes, fromUtf8, joinBytes, utf8 } from "../bytes.ts";
import { CaucaseError, malformed } from "../errors.ts";

const FORM = "caucase-event/1";

/** What two bytes can count: the lengths of entries in a bundle (C2SP tlog-tiles). */
const LONGEST = 0xffff;

const NEWLINE = 0x0a;

/** A row: texts as their stored bytes, which need not be what this program wrote. */
export interface EntryRow {
  readonly id: bigint;
  readonly time: bigint;
  readonly ca: Uint8Array;
  readonly actor: Uint8Array;
  readonly event: Uint8Array;
}

/**
 * @throws `storage` for a row that this program cannot have written: a value with a newline, or longer than an entry
 *   may be
 */
export function encodeEntry({ id, time, ca, actor, event }: EntryRow): Bytes {
  if ([ca, actor, event].some((value) => value.includes(NEWLINE))) throw foreignRow(id);
  const parts = [utf8(`${FORM}\n${id}\n${time}\n`), ...[ca, actor, event].flatMap((value) => [value, LINE_END])];
  const bytes = joinBytes(parts);
  if (bytes.length > LONGEST) throw foreignRow(id);
  return bytes;
}

const LINE_END = Uint8Array.of(NEWLINE);

function foreignRow(id: bigint): CaucaseError {
  return new CaucaseError("storage", `event ${id} is not as caucase writes events: something else changed it`, {
    hint: "compare with a backup",
  });
}

/** An actor or an event as it was written: `kind`, and what that kind has. */
export type EntryPart = Readonly<Record<string, unknown>> & { readonly kind: string };

export interface AuditEntry {
  readonly id: bigint;
  /** Unix seconds. */
  readonly time: number;
  readonly ca: string;
  readonly actor: EntryPart;
  readonly event: EntryPart;
}

const PartShape = v.looseObject({ kind: v.string() });

/** @throws `malformed` for other bytes than `encodeEntry` makes of a row of this program */
export function decodeEntry(bytes: Uint8Array): AuditEntry {
  try {
    const [form, id = "", time = "", ca = "", actor = "", event = "", ...rest] = fromUtf8(bytes).split("\n");
    if (form !== FORM || rest.length !== 1 || !/^\d{1,19}$/.test(id) || !/^-?\d{1,15}$/.test(time)) {
      throw malformed("these are not the lines of an entry");
    }
    const part = (text: string) => v.parse(PartShape, JSON.parse(text));
    return { id: BigInt(id), time: Number(time), ca, actor: part(actor), event: part(event) };
  } catch (cause) {
    if (!(cause instanceof SyntaxError || cause instanceof TypeError || cause instanceof v.ValiError)) throw cause;
    throw malformed("this is no entry of an audit log", { cause });
  }
}

/** Entries as one file holds them: each after its length in two bytes, the larger first (C2SP tlog-tiles). */
export function encodeBundle(entries: readonly Uint8Array[]): Bytes {
  return joinBytes(entries.flatMap((entry) => [Uint8Array.of(entry.length >> 8, entry.length & 0xff), entry]));
}

/** @throws `malformed` when it does not hold exactly `count` entries */
export function decodeBundle(bundle: Bytes, count: number): readonly Bytes[] {
  const entries: Bytes[] = [];
  let at = 0;
  while (at + 2 <= bundle.length) {
    const end = at + 2 + ((bundle[at] ?? 0) << 8) + (bundle[at + 1] ?? 0);
    entries.push(bundle.subarray(at + 2, end));
    at = end;
  }
  if (at !== bundle.length || entries.length !== count) throw malformed(`these are not ${count} entries`);
  return entries;
}
