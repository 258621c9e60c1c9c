/** JSON for a user, and whether the copy that they have is still good (RFC 9110 section 13). */
import { sha256Hex } from "../../core/keys/hashes.ts";
import type { Answer, Exchange } from "../http/exchange.ts";

/** Digits of a tag: no two bodies have the same. */
const TAG_DIGITS = 32;

/** For one person only, and asked for again each time, which costs nothing where it is unchanged. */
const HEADERS = { "Content-Type": "application/json", "Cache-Control": "private, no-cache", "Vary": "Accept" };

/** Bodies of other types too: `headers` say so. */
export function taggedAnswer(
  exchange: Exchange,
  body: string | Uint8Array,
  headers: Readonly<Record<string, string>> = {},
): Answer {
  const bytes = typeof body === "string" ? new TextEncoder().encode(body) : body;
  const etag = `"${sha256Hex(bytes).slice(0, TAG_DIGITS)}"`;
  const all = { ...HEADERS, ...headers, "ETag": etag };
  return hasTag(exchange, etag) ? { status: 304, headers: all } : { status: 200, headers: all, body };
}

/** Whether `If-None-Match` names `etag`. */
export function hasTag(exchange: Exchange, etag: string): boolean {
  const tags = exchange.header("if-none-match");
  if (tags === undefined) return false;
  return tags.trim() === "*" || tags.split(",").some((tag) => tag.trim().replace(/^W\//, "") === etag);
}

/** Whether `Accept` names one of the types itself, in lower case, and does not refuse it with `q=0`. */
export function acceptsType(exchange: Exchange, ...types: readonly string[]): boolean {
  return (exchange.header("accept") ?? "").toLowerCase().split(",").some((range) => {
    const [type = "", ...parameters] = range.split(";").map((part) => part.trim());
    return types.includes(type) && !parameters.some((parameter) => /^q=0(\.0*)?$/.test(parameter));
  });
}
