/** Bodies with a type: what a route takes, and that it is that. */
import { type Bytes, fromUtf8 } from "../../core/bytes.ts";
import { malformed } from "../../core/errors.ts";
import type { Exchange } from "../http/exchange.ts";

/** A body of type `application/json`, as text. Throws `malformed`. */
export async function jsonBody(exchange: Exchange): Promise<string> {
  requireType(exchange, "application/json");
  const bytes = await exchange.body();
  try {
    return fromUtf8(bytes);
  } catch (cause) {
    throw malformed("the body is not UTF-8", { cause });
  }
}

/** A body of type `application/pkcs10`, or undefined where there is none, whatever its type. Throws `malformed`. */
export async function optionalTemplateBody(exchange: Exchange): Promise<Bytes | undefined> {
  const bytes = await exchange.body();
  if (bytes.length === 0) return undefined;
  requireType(exchange, "application/pkcs10");
  return bytes;
}

/** Parameters of the type, as in `application/json; charset=utf-8`, are of no consequence. */
function requireType(exchange: Exchange, expected: string): void {
  const type = (exchange.header("content-type") ?? "").replace(/;.*$/s, "").trim().toLowerCase();
  if (type !== expected) throw malformed(`the Content-Type must be ${expected}`);
}
