/**
 * The secrets behind consent: HMAC keys that live for a year and overlap by half of one, so that a consent given today
 * is good for at least half a year.
 */
import * as v from "valibot";
import type { Bytes } from "../bytes.ts";
import { malformed } from "../errors.ts";
import { parseJson } from "../json.ts";

export interface CorsKey {
  /** Unix seconds; from then on its tokens are void. */
  readonly expires: number;
  /** Printable ASCII; its bytes are the HMAC key. */
  readonly secret: string;
}

/** The keys of a running server. */
export interface CorsKeys {
  /** Those whose tokens count now, newest first. */
  valid(): readonly CorsKey[];
  /** The one to sign with, made and stored first where a new one is due. */
  signing(): Promise<CorsKey>;
}

/** Seconds. */
export const KEY_LIFE = 365 * 86_400;

/** 32 bytes, the output length of SHA-256 (RFC 7518 3.2), are 43 characters of base64url. */
const SECRET_BYTES = 32;

const keySetSchema = v.array(
  v.strictTuple([v.pipe(v.number(), v.finite()), v.pipe(v.string(), v.regex(/^[ -~]{43,}$/))]),
);

/**
 * Reads `[[expiry, key], …]`, in any order; expiry in Unix seconds, fractions allowed.
 * @throws `malformed`, without anything of the content in the message
 */
export function parseKeySet(text: string): readonly CorsKey[] {
  const result = v.safeParse(keySetSchema, parseJson(text, "the key set"));
  if (!result.success) throw malformed("not a list of [expiry, key of 43 printable characters or more]");
  return newestFirst(result.output.map(([expires, secret]) => ({ expires, secret })));
}

/** The text of a key set, as `parseKeySet` reads it: newest last, as keys were always appended. */
export function formatKeySet(keys: readonly CorsKey[]): string {
  return JSON.stringify(newestFirst(keys).reverse().map(({ expires, secret }) => [expires, secret])) + "\n";
}

function newestFirst(keys: readonly CorsKey[]): CorsKey[] {
  return keys.toSorted((a, b) => b.expires - a.expires);
}

/** The keys that are still good at `now`, newest first. */
export function validKeys(keys: readonly CorsKey[], now: number): readonly CorsKey[] {
  return newestFirst(keys.filter((key) => key.expires > now));
}

/**
 * What the key set should be at `now`: without the expired, and with a new key when the newest has under half a year
 * left. The same object when nothing is due.
 */
export function renewKeySet(
  keys: readonly CorsKey[],
  { now, random }: { now: number; random: (size: number) => Bytes },
): readonly CorsKey[] {
  const valid = validKeys(keys, now);
  const newest = valid[0];
  if (newest && newest.expires - now >= KEY_LIFE / 2) return valid.length === keys.length ? keys : valid;
  const secret = random(SECRET_BYTES).toBase64({ alphabet: "base64url", omitPadding: true });
  return [{ expires: now + KEY_LIFE, secret }, ...valid];
}
