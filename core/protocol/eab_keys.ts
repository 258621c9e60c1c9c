/**
 * External account keys of ACME, for the users who give them out: what `POST eab-keys` takes and answers, and the
 * answer to `GET eab-keys?…`. docs/json.md names every field.
 */
import * as v from "valibot";
import { type NamePatterns, readNamePatterns } from "../acme/name_pattern.ts";
import type { EabKey } from "../acme/eab_key.ts";
import type { Bytes } from "../bytes.ts";
import type { Actor } from "../ca/actor.ts";
import { timeToText } from "../utc_time.ts";
import { actorShape, fromJsonText, optionalTimeToText, toJsonText, utcTime } from "./wire_values.ts";

/** What a user says of a key that they want. */
export interface WantedEabKey {
  /** For people; may be empty. */
  readonly name: string;
  /** Names that its accounts may order; null for all that may be ordered at all. */
  readonly allow: NamePatterns | null;
  /** How many accounts may be made with it; null for any number. */
  readonly uses: number | null;
  /** Unix seconds; null for never. */
  readonly expires: number | null;
}

/** A key as it is listed: without its secret, which nobody can read again. Times are Unix seconds. */
export interface EabKeyEntry {
  readonly id: string;
  readonly name: string;
  readonly allow: NamePatterns | null;
  readonly usesLeft: number | null;
  readonly expires: number | null;
  readonly createdBy: Actor;
  readonly createdAt: number;
  readonly revokedAt: number | null;
}

/** A key that was just made: the only time that its secret is told. */
export interface MadeEabKey {
  readonly key: EabKeyEntry;
  /** base64url without padding, as ACME clients take it. */
  readonly hmacKey: string;
}

export interface EabKeyList {
  readonly keys: readonly EabKeyEntry[];
  /** The `after` of the next page; null on the last one. */
  readonly next: string | null;
}

/** More would not fit into a line of a table, or cost too much for each order. */
const MOST = { nameLength: 200, patterns: 100, patternLength: 260, uses: 1_000_000 };

const WantedShape = v.strictObject({
  name: v.pipe(v.string(), v.maxLength(MOST.nameLength)),
  allow: v.nullable(
    v.pipe(
      v.array(v.pipe(v.string(), v.maxLength(MOST.patternLength))),
      v.minLength(1),
      v.maxLength(MOST.patterns),
    ),
  ),
  uses: v.nullable(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(MOST.uses))),
  expires: v.nullable(utcTime),
});

const EntryShape = v.object({
  id: v.string(),
  name: v.string(),
  allow: v.nullable(v.array(v.string())),
  usesLeft: v.nullable(v.number()),
  expires: v.nullable(utcTime),
  createdBy: actorShape,
  createdAt: utcTime,
  revokedAt: v.nullable(utcTime),
});

const MadeShape = v.object({ key: EntryShape, hmacKey: v.pipe(v.string(), v.regex(/^[\w-]+$/)) });
const ListShape = v.object({ keys: v.array(EntryShape), next: v.nullable(v.string()) });

export function writeWantedEabKey({ expires, ...rest }: WantedEabKey): string {
  return toJsonText({ ...rest, expires: optionalTimeToText(expires) });
}

/** @throws `malformed`, also for patterns that are none */
export function readWantedEabKey(text: string): WantedEabKey {
  const wanted = fromJsonText(WantedShape, text, "the wish for a key");
  return { ...wanted, allow: wanted.allow && readNamePatterns(wanted.allow) };
}

export function writeMadeEabKey(key: EabKey, secret: Bytes): string {
  return toJsonText({ key: keyJson(key), hmacKey: secret.toBase64({ alphabet: "base64url", omitPadding: true }) });
}

/** @throws `malformed` */
export function readMadeEabKey(text: string): MadeEabKey {
  return fromJsonText(MadeShape, text, "the new key");
}

/** @param next the id of the last one, where there are more */
export function writeEabKeyList(keys: readonly EabKey[], next: string | null): string {
  return toJsonText({ keys: keys.map(keyJson), next });
}

/** @throws `malformed` */
export function readEabKeyList(text: string): EabKeyList {
  return fromJsonText(ListShape, text, "the list of keys");
}

function keyJson({ id, name, allow, usesLeft, expires, createdBy, createdAt, revokedAt }: EabKey) {
  return {
    ...{ id, name, allow: allow ?? null, usesLeft: usesLeft ?? null },
    ...{ expires: optionalTimeToText(expires ?? null), createdBy, createdAt: timeToText(createdAt) },
    revokedAt: optionalTimeToText(revokedAt ?? null),
  };
}
