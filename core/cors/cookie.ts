/**
 * The `cors` cookie: which origin holds which consent token. Pages may read and edit it, so nothing in it is trusted
 * before its token is verified.
 */
import * as v from "valibot";
import { CaucaseError } from "../errors.ts";
import { parseJson } from "../json.ts";

/** Origin → token, oldest first. */
export type ConsentTokens = ReadonlyMap<string, string>;

const COOKIE_NAME = "cors";
const ONE_YEAR = 31_536_000;

/** Browsers drop a larger cookie without a word (RFC 6265 6.1), and the person would be asked for ever. */
const MAX_COOKIE_LENGTH = 4096;

// A list is a record, too, for valibot.
const tokensSchema = v.pipe(v.unknown(), v.check((value) => !Array.isArray(value)), v.record(v.string(), v.string()));

/**
 * Reads the cookie out of a `Cookie` header. Empty when there is none; undefined when there is one that does not parse,
 * which is then to be cleared.
 */
export function readConsentCookie(header: string | undefined): ConsentTokens | undefined {
  const value = findCookie(header ?? "");
  if (value === undefined || value === "" || value === '""') return new Map();
  const text = value.startsWith('"') ? unquotePython(value) : percentDecode(value);
  const result = v.safeParse(tokensSchema, text === undefined ? undefined : jsonOrUndefined(text));
  return result.success ? new Map(Object.entries(result.output)) : undefined;
}

/**
 * The `Set-Cookie` value that stores these tokens; where they do not fit, the oldest are left out. Clears when empty.
 */
export function setConsentCookie(tokens: ConsentTokens): string {
  const entries = newestThatFit(tokens);
  if (entries.length === 0) return cookieLine("", 0);
  return cookieLine(encodeURIComponent(JSON.stringify(Object.fromEntries(entries))), ONE_YEAR);
}

/** Each is measured once: the sender of a cookie decides how many there are. */
function newestThatFit(tokens: ConsentTokens): [string, string][] {
  const entries = [...tokens];
  let room = MAX_COOKIE_LENGTH - cookieLine(encodeURIComponent("{}"), ONE_YEAR).length;
  let first = entries.length;
  while (first > 0) {
    const [origin = "", token = ""] = entries[first - 1] ?? [];
    const separator = first === entries.length ? "" : ",";
    room -= encodeURIComponent(`${JSON.stringify(origin)}:${JSON.stringify(token)}${separator}`).length;
    if (room < 0) break;
    first--;
  }
  return entries.slice(first);
}

/** The tokens with this one added as the newest. */
export function withToken(tokens: ConsentTokens, origin: string, token: string): ConsentTokens {
  return new Map([...withoutToken(tokens, origin), [origin, token]]);
}

export function withoutToken(tokens: ConsentTokens, origin: string): ConsentTokens {
  return new Map([...tokens].filter(([other]) => other !== origin));
}

/** Sent along with requests of other sites' pages, hence `SameSite=None`, which browsers take only with `Secure`. */
function cookieLine(value: string, maxAge: number): string {
  return `${COOKIE_NAME}=${value}; Path=/; Max-Age=${maxAge}; SameSite=None; Secure`;
}

function findCookie(header: string): string | undefined {
  const prefix = COOKIE_NAME + "=";
  const pair = header.split(";").map((part) => part.trim()).find((part) => part.startsWith(prefix));
  return pair?.slice(prefix.length);
}

/**
 * Undoes `http.cookies` of Python: in double quotes, `\ooo` for a byte in octal, a backslash before anything else as it
 * is.
 */
function unquotePython(value: string): string | undefined {
  const inner = /^"(.*)"$/s.exec(value)?.[1];
  return inner?.replace(
    /\\(?:([0-3][0-7]{2})|(.))/gs,
    (_match, octal: string | undefined, plain: string | undefined) =>
      octal === undefined ? plain ?? "" : String.fromCharCode(parseInt(octal, 8)),
  );
}

function percentDecode(value: string): string | undefined {
  try {
    return decodeURIComponent(value);
  } catch {
    return undefined;
  }
}

/** Undefined for what is no JSON: to be judged like any other value that does not fit. */
function jsonOrUndefined(text: string): unknown {
  try {
    return parseJson(text, "cookie");
  } catch (error) {
    if (error instanceof CaucaseError) return undefined;
    throw error;
  }
}
