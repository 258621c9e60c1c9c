/**
 * A server is a list of sites on a list of endpoints. A site answers all paths under its prefix, and refuses in its own
 * way.
 */
import { CaucaseError, describeFault } from "../../core/errors.ts";
import type { Answer, Exchange, Handler } from "./exchange.ts";

export interface Site {
  /** Whole segments that all its paths begin with, as in `/acme`; empty for what no other site has. */
  readonly prefix: string;
  /** Absent from endpoints without TLS. */
  readonly secure?: true;
  /**
   * The answer to a request under the prefix. What it throws is refused.
   * @param refuse as {@linkcode Site.refuse}, with faults reported: for a site that adds something to refusals too
   */
  answer(exchange: Exchange, refuse: (error: unknown) => Answer): Answer | Promise<Answer>;
  /** What was thrown, in the site's format: status 500, and nothing of it, when it is a bug. */
  refuse(error: unknown): Answer;
}

/** Takes an error that is a bug. */
export type ReportFault = (error: unknown, exchange: Exchange) => void;

/** The handler of an endpoint with these sites: the longest prefix wins. Never throws, reports each fault once. */
export function serveSites(sites: readonly Site[], report: ReportFault): Handler {
  const longestFirst = sites.toSorted((a, b) => b.prefix.length - a.prefix.length);
  return async (exchange) => {
    if (exchange.method === "OPTIONS" && exchange.target === "*") return { status: 204 };
    const site = longestFirst.find(({ prefix }) => isUnder(prefix, exchange.target));
    if (site === undefined) return { status: 404 };
    const refuse = (error: unknown): Answer => {
      const answer = site.refuse(error);
      if (answer.status === 500) report(error, exchange);
      return answer;
    };
    try {
      return await site.answer(exchange, refuse);
    } catch (error) {
      return refuse(error);
    }
  };
}

function isUnder(prefix: string, target: string): boolean {
  return target.startsWith(prefix) && (prefix === "" || [undefined, "/", "?"].includes(target[prefix.length]));
}

/** The fields of `request.failed`. A refusal, by disk or database, says by itself neither where nor what caused it. */
export function faultFields(
  error: unknown,
  { method, target }: Pick<Exchange, "method" | "target">,
): { readonly method: string; readonly target: string; readonly error: unknown; readonly stack?: string } {
  const fields = { method, target, error };
  if (!(error instanceof CaucaseError)) return fields;
  // The stack of the cause says where too, and more.
  const stack = error.cause === undefined ? error.stack ?? "" : `caused by ${describeFault(error.cause)}`;
  return { ...fields, stack };
}
