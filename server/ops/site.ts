/**
 * The site of those who run the server: whether it lives, whether it is ready, its metrics. It is on an endpoint of its
 * own (`--ops-listen`), without TLS or users, and says nothing that is secret.
 */
import { CaucaseError, describeError } from "../../core/errors.ts";
import type { Answer, Exchange } from "../http/exchange.ts";
import { type Handlers, RouteTable } from "../http/route_table.ts";
import { allowedMethods } from "../http/router.ts";
import type { Site } from "../http/site.ts";
import type { Exposition } from "./exposition.ts";
import type { Check } from "./readiness.ts";

export interface OpsSiteParts {
  readonly readiness: { check(now: number): Promise<readonly Check[]> };
  readonly metrics: { scrape(accept: string | undefined): Promise<Exposition> };
  readonly clock: { now(): number };
}

export const OPS_ROUTES = {
  livez: { method: "GET", path: "/livez", access: "anyone" },
  readyz: { method: "GET", path: "/readyz", access: "anyone" },
  metrics: { method: "GET", path: "/metrics", access: "anyone" },
} as const;

interface OpsSteps {
  readonly anyone: () => Answer | Promise<Answer>;
}

const COMMON = { "Cache-Control": "no-store", "X-Content-Type-Options": "nosniff" };
const TEXT = { ...COMMON, "Content-Type": "text/plain; charset=utf-8" };
const JSON_TYPE = { ...COMMON, "Content-Type": "application/json" };

export function createOpsSite(parts: OpsSiteParts): Site {
  const table = new RouteTable({
    prefix: "",
    routes: OPS_ROUTES,
    closed: {},
    handlers: opsHandlers(parts),
    admissions: { anyone: (step: OpsSteps["anyone"]) => step() },
  });
  return {
    prefix: "",
    refuse,
    answer(exchange, refuseReported) {
      const match = table.match(exchange.target);
      if (exchange.method === "OPTIONS") {
        return { status: 204, headers: { ...COMMON, Allow: allowedMethods(match).join(", ") } };
      }
      return table.run(table.select(match, exchange), { exchange, refuse: refuseReported });
    },
  };
}

type NoClosed = Readonly<Record<never, readonly string[]>>;

function opsHandlers({ readiness, metrics, clock }: OpsSiteParts): Handlers<typeof OPS_ROUTES, OpsSteps, NoClosed> {
  return {
    livez: () => () => ({ status: 200, headers: TEXT, body: "ok\n" }),
    readyz: ({ exchange }) => async () => readyAnswer(await readiness.check(clock.now()), isVerbose(exchange)),
    metrics: ({ exchange }) => async () => {
      const { contentType, text } = await metrics.scrape(exchange.header("accept"));
      return { status: 200, headers: { ...COMMON, "Content-Type": contentType }, body: text };
    },
  };
}

function isVerbose({ target }: Exchange): boolean {
  return new URLSearchParams(/\?([^#]*)/.exec(target)?.[1] ?? "").has("verbose");
}

function readyAnswer(checks: readonly Check[], verbose: boolean): Answer {
  const bad = checks.filter(({ reason }) => reason !== undefined);
  const status = bad.length === 0 ? 200 : 503;
  if (verbose) {
    const listed = checks.map(({ name, reason }) => ({ name, ok: reason === undefined, ...(reason && { reason }) }));
    return { status, headers: JSON_TYPE, body: `${JSON.stringify({ ready: bad.length === 0, checks: listed })}\n` };
  }
  const lines = bad.map(({ name, reason }) => `${name}: ${reason}\n`).join("");
  return { status, headers: TEXT, body: bad.length === 0 ? "ok\n" : lines };
}

/** 404 and 405; everything else is ours. */
function refuse(error: unknown): Answer {
  if (!(error instanceof CaucaseError)) return { status: 500 };
  const body = `${describeError(error)}\n`;
  if (error.code === "not-found") return { status: 404, headers: TEXT, body };
  if (error.code !== "method-not-allowed") return { status: 500 };
  return { status: 405, headers: { ...TEXT, Allow: (error.details.allow ?? []).join(", ") }, body };
}
