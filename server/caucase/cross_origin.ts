/**
 * Answers for requests of other origins' pages: the headers of CORS, the question to a person, the refusal, the
 * preflight.
 */
import type { CorsKeys } from "../../core/cors/key_set.ts";
import { OPAQUE_ORIGIN, parseOrigin, parseWhitelist } from "../../core/cors/origin.ts";
import { judgeOrigin } from "../../core/cors/policy.ts";
import type { Route } from "../../core/protocol/routes.ts";
import { CaucaseError } from "../../core/errors.ts";
import type { Answer, Exchange } from "../http/exchange.ts";
import type { OwnOrigins } from "./own_origins.ts";
import { refusal } from "./refusals.ts";

export type Headers = NonNullable<Answer["headers"]>;

/** Either the answer, or the headers that whatever answer follows must carry, refusals included. */
export type Verdict =
  | { readonly kind: "go on"; readonly headers: Headers }
  | { readonly kind: "refuse"; readonly answer: Answer };

export interface CrossOrigin {
  /** To be asked after path and method are known, and before anything else of the request is looked at. */
  judge(exchange: Exchange, policy: Route["origins"]): Promise<Verdict>;
  /**
   * Answers `OPTIONS` for a path with these methods. Preflights carry no cookie, so they are allowed before any
   * consent.
   */
  preflight(exchange: Exchange, methods: readonly string[]): Answer;
}

export interface CrossOriginOptions {
  readonly keys: CorsKeys;
  /** Origins that need no consent, as given to `--cors-whitelist`. */
  readonly whitelist: readonly string[];
  readonly own: OwnOrigins;
  readonly clock: { now(): number };
}

/** What is answered depends on the origin, also where none was sent: caches must know. */
const VARY = { Vary: "Origin" };

const OWN: Verdict = { kind: "go on", headers: VARY };

/** @throws `usage` when the whitelist is not what it should be */
export function createCrossOrigin({ keys, whitelist, own, clock }: CrossOriginOptions): CrossOrigin {
  const trusted = parseWhitelist(whitelist);

  async function judge(exchange: Exchange, policy: Route["origins"]): Promise<Verdict> {
    const origin = exchange.header("origin");
    if (origin === undefined) return OWN;
    const judgement = await judgeOrigin(
      { origin, sentTo: own.sentTo(exchange), policy, cookie: exchange.header("cookie") },
      { whitelist: trusted, keys: keys.valid(), now: clock.now() },
    );
    switch (judgement.kind) {
      case "own":
        return OWN;
      case "allowed":
        return { kind: "go on", headers: allowedHeaders(judgement.origin) };
      case "refused":
        return refuse(new CaucaseError("origin-refused", judgement.reason), VARY);
      case "undecided":
        return challenge({ ...judgement, server: own.https(exchange) });
    }
  }

  return {
    judge,
    preflight: (exchange, methods) => preflight(otherOrigin(exchange, own), methods),
  };
}

/** @param origin of another site, undefined where the request is none of another's */
function preflight(origin: string | undefined, methods: readonly string[]): Answer {
  if (origin === undefined) return { status: 204 };
  return {
    status: 204,
    headers: {
      ...allowedHeaders(origin),
      "Access-Control-Allow-Methods": [...new Set([...methods, "OPTIONS"])].join(", "),
      "Access-Control-Allow-Headers": "Content-Type, User-Agent",
    },
  };
}

/** The origin of another site's page that sent the request, in normal form or `null`. */
function otherOrigin(exchange: Exchange, own: OwnOrigins): string | undefined {
  const sent = exchange.header("origin");
  if (sent === undefined || sent === OPAQUE_ORIGIN) return sent;
  const origin = parseOrigin(sent);
  return origin === own.sentTo(exchange) ? undefined : origin;
}

/** @param origin in normal form, which is how browsers write and compare it */
function allowedHeaders(origin: string): Headers {
  return {
    "Access-Control-Allow-Credentials": "true",
    "Access-Control-Allow-Origin": origin,
    "Access-Control-Expose-Headers": "Location, WWW-Authenticate",
    ...VARY,
  };
}

interface Challenge {
  readonly origin: string;
  /** Our HTTPS origin. */
  readonly server: string;
  readonly setCookie?: string;
}

/** The address is a URI template (RFC 6570): the page that sends the person there fills in the return address. */
function challenge({ origin, server, setCookie }: Challenge): Verdict {
  const url = `${server}/cors?origin=${encodeURIComponent(origin)}{&return}`;
  const cookie: Headers = setCookie === undefined ? {} : { "Set-Cookie": setCookie };
  const error = new CaucaseError("consent-required", "this origin needs a person's consent", { url });
  return refuse(error, { ...allowedHeaders(origin), ...cookie });
}

function refuse(error: CaucaseError, headers: Headers): Verdict {
  return { kind: "refuse", answer: withOriginHeaders(refusal(error), headers) };
}

/** The answer with the headers of a verdict: what it already varies by stays. */
export function withOriginHeaders(answer: Answer, headers: Headers): Answer {
  const vary = [answer.headers?.["Vary"] ?? [], headers["Vary"] ?? []].flat().join(", ");
  return { ...answer, headers: { ...answer.headers, ...headers, ...(vary === "" ? {} : { Vary: vary }) } };
}
