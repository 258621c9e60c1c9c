/** CRLs on the wire: PEM or DER, and the conditions under which a copy is still good (RFC 9110 section 13). */
import { utf8 } from "../../core/bytes.ts";
import type { PublishedCrl } from "../../core/ca/crl_publisher.ts";
import { type Body, chainBodies } from "../../core/pieces.ts";
import type { Answer, Exchange } from "../http/exchange.ts";
import { acceptsType, hasTag } from "./json_answer.ts";

const CRL_TYPE = "application/pkix-crl";

/** A copy may be used this long without asking again, in seconds: a revocation should be seen soon. */
const MAX_AGE = 60;

/** One CRL, in the form that was asked for. */
export function crlAnswer(exchange: Exchange, crl: PublishedCrl, options: { der: boolean; now: number }): Answer {
  const der = options.der || acceptsType(exchange, CRL_TYPE);
  return conditional(exchange, [crl], { ...options, form: der ? "der" : "pem", body: der ? crl.der : crl.pem });
}

/** The CRLs of all CA certificates, as PEM, joined by a newline. */
export function crlListAnswer(exchange: Exchange, crls: readonly PublishedCrl[], now: number): Answer {
  return conditional(exchange, crls, { now, form: "pem", body: () => joinPems(crls) });
}

/** What is kept where there is one: nothing is copied then, however many read at once. */
function joinPems(crls: readonly PublishedCrl[]): Body {
  const [first, ...others] = crls.map((crl) => crl.pem());
  if (first === undefined) throw new Error("a CA without a CRL");
  return others.length === 0 ? first : chainBodies([first, ...others.flatMap((pem) => [NEWLINE, pem])]);
}

const NEWLINE = utf8("\n");

interface Representation {
  readonly now: number;
  readonly form: "der" | "pem";
  body(): Body;
}

function conditional(exchange: Exchange, crls: readonly PublishedCrl[], { now, form, body }: Representation): Answer {
  const modifiedAt = Math.max(...crls.map((crl) => crl.modifiedAt));
  const etag = `"${crls.map(tagOf).join("-")}-${form}"`;
  const freshFor = Math.min(MAX_AGE, ...crls.map((crl) => crl.renewalDueAt - now));
  const headers = {
    "Content-Type": CRL_TYPE,
    "Vary": "Accept",
    "ETag": etag,
    // No date from the future may go out (RFC 9110 8.8.2.1).
    "Last-Modified": new Date(Math.min(modifiedAt, now) * 1000).toUTCString(),
    "Cache-Control": `max-age=${Math.max(0, freshFor)}`,
  };
  return isUnchanged(exchange, { etag, modifiedAt })
    ? { status: 304, headers }
    : { status: 200, headers, body: body() };
}

/**
 * The number names the content; the end of the signature tells the CA certificates, and signatures of other bytes,
 * apart.
 */
function tagOf({ number, tag }: PublishedCrl): string {
  return `${number}.${tag}`;
}

function isUnchanged(exchange: Exchange, { etag, modifiedAt }: { etag: string; modifiedAt: number }): boolean {
  if (exchange.header("if-none-match") !== undefined) return hasTag(exchange, etag);
  const since = exchange.header("if-modified-since");
  return since !== undefined && Date.parse(since) / 1000 >= modifiedAt;
}
