/**
 * Values in the JSON of caucase's own messages: integers that a double may not hold are decimal strings, times are RFC
 * 3339 in UTC to the second, what is absent is null. In the program they are BigInt, Unix seconds and null.
 */
import * as v from "valibot";
import type { Actor } from "../ca/actor.ts";
import type { Origin } from "../ca/events.ts";
import { malformed } from "../errors.ts";
import { parseJson } from "../json.ts";
import { timeFromText, timeToText } from "../utc_time.ts";

export const decimal = v.pipe(v.string(), v.regex(/^\d+$/), v.transform((digits) => BigInt(digits)));

export const utcTime = v.pipe(
  v.string(),
  v.check((text) => timeFromText(text) !== undefined),
  v.transform((text) => Date.parse(text) / 1000),
);

export function optionalTimeToText(seconds: number | null): string | null {
  return seconds === null ? null : timeToText(seconds);
}

export const actorShape: v.GenericSchema<unknown, Actor> = v.variant("kind", [
  v.object({ kind: v.literal("user"), issuer: v.string(), serial: decimal, address: v.exactOptional(v.string()) }),
  v.object({ kind: v.literal("holder"), serial: decimal, address: v.exactOptional(v.string()) }),
  v.object({ kind: v.literal("account"), id: v.string() }),
  v.object({ kind: v.literal("anonymous"), address: v.string() }),
  v.object({ kind: v.literal("server") }),
  v.object({ kind: v.literal("operator") }),
]);

export const originShape: v.GenericSchema<unknown, Origin> = v.variant("kind", [
  v.object({ kind: v.literal("automatic") }),
  v.object({ kind: v.literal("approved") }),
  v.object({ kind: v.literal("renewal"), of: decimal }),
  v.object({ kind: v.literal("restore"), of: decimal }),
  v.object({ kind: v.literal("acme"), account: v.string(), order: v.string(), of: v.optional(decimal) }),
  v.object({ kind: v.literal("server") }),
  v.object({ kind: v.literal("found") }),
]);

/** JSON text in which each BigInt is a decimal string. */
export function toJsonText(value: unknown): string {
  return JSON.stringify(value, (_key, part) => typeof part === "bigint" ? String(part) : part);
}

/**
 * What a server answered, as its shape has it.
 * @throws `malformed`, naming `what`
 */
export function fromJsonText<T>(shape: v.GenericSchema<unknown, T>, text: string, what: string): T {
  const read = v.safeParse(shape, parseJson(text, what));
  if (!read.success) {
    const [issue] = read.issues;
    const place = issue === undefined ? null : v.getDotPath(issue);
    throw malformed(`${what} is not what it should be${place === null ? "" : `: ${place}`}`);
  }
  return read.output;
}
