/** From a request to its answer: path, method, origin, then the route's handler, in that order. */
import type { CertificateAuthority } from "../../core/ca/certificate_authority.ts";
import { CaucaseError, describeError, describeFault } from "../../core/errors.ts";
import type { Route, RouteName } from "../../core/protocol/routes.ts";
import { HttpsVouching } from "./https_vouching.ts";
import type { CorsPage } from "./cors_page.ts";
import { type CrossOrigin, withOriginHeaders } from "./cross_origin.ts";
import type { Answer, Exchange, Handler } from "../http/exchange.ts";
import type { PublicCa } from "./hal.ts";
import { type Call, HANDLERS, type RouteHandler } from "./handlers.ts";
import type { OwnOrigins } from "./own_origins.ts";
import { refusal, statusOf } from "./refusals.ts";
import { allowedMethods, matchPath, type PathMatch, selectRoute } from "./router.ts";
import { type User, UserAuthentication } from "./user_authentication.ts";

export interface AppParts {
  readonly authorities: Readonly<Record<PublicCa, CertificateAuthority>>;
  /** The private CA of the HTTPS listener. */
  readonly httpCa: CertificateAuthority;
  readonly crossOrigin: CrossOrigin;
  readonly corsPage: CorsPage;
  readonly own: OwnOrigins;
  readonly clock: { now(): number };
  /** Takes every fault of ours, with its stack. */
  readonly reportFault: (error: unknown, exchange: Exchange) => void;
}

/** A route that was found, and what its handler needs besides the request. */
interface FoundRoute extends Pick<Call, "now" | "user"> {
  readonly name: RouteName;
  readonly match: PathMatch;
}

/** The whole HTTP interface as one function. It never throws. */
export function createApp(parts: AppParts): Handler {
  const users = new UserAuthentication(parts.authorities.cau);
  const vouching = new HttpsVouching(parts.httpCa.issuers);
  const handlers = allHandlers(parts.corsPage);

  /** The handler's answer, or the refusal; the access log names the user of both. */
  async function callHandler(exchange: Exchange, found: { name: RouteName; match: PathMatch }): Promise<Answer> {
    const now = parts.clock.now();
    let user: User | undefined;
    const call = callOf(exchange, { ...found, now, user: async () => user = await users.require(exchange, now) });
    const answer = await Promise.try(handlers[found.name], call).catch((error) => refuse(error, exchange));
    return user === undefined ? answer : { ...answer, user: `${user.certificate.serial}` };
  }

  function callOf(exchange: Exchange, { name, match, ...rest }: FoundRoute): Call {
    const { ca, id = "" } = match.parameters;
    return {
      exchange,
      get ca() {
        if (ca === "cau" || ca === "cas") return parts.authorities[ca];
        throw new Error(`route ${name} names no CA`);
      },
      id,
      // Made when asked for: most requests do not need it, and parsing it costs as much as all the rest of a read.
      get httpsOrigin() {
        return parts.own.https(exchange);
      },
      vouching,
      ...rest,
    };
  }

  function refuse(error: unknown, exchange: Exchange): Answer {
    if (statusOf(error) === 500) parts.reportFault(error, exchange);
    return refusal(error);
  }

  async function judgeAndCall(exchange: Exchange, match: PathMatch): Promise<Answer> {
    const { name, route } = selectRoute(match, exchange.method);
    // The consent page judges for itself: over HTTP it does not even exist.
    if (name === "corsDecide") return await callHandler(exchange, { name, match });
    const verdict = await parts.crossOrigin.judge(exchange, (route satisfies Route).origins);
    if (verdict.kind === "refuse") return verdict.answer;
    return withOriginHeaders(await callHandler(exchange, { name, match }), verdict.headers);
  }

  return async (exchange) => {
    try {
      if (exchange.method === "OPTIONS" && exchange.target === "*") return { status: 204 };
      const match = matchPath(exchange.target);
      if (exchange.method === "OPTIONS") return parts.crossOrigin.preflight(exchange, allowedMethods(match));
      return await judgeAndCall(exchange, match);
    } catch (error) {
      return refuse(error, exchange);
    }
  };
}

function allHandlers(corsPage: CorsPage): Record<RouteName, RouteHandler> {
  return {
    ...HANDLERS,
    corsPage: ({ exchange }) => corsPage.show(exchange),
    corsDecide: ({ exchange }) => corsPage.decide(exchange),
  };
}

/** A fault with its stack, for the log; also a refusal by disk or database, with what to do, and what caused it. */
export function faultReport(error: unknown, { method, target }: Exchange): string {
  if (!(error instanceof CaucaseError)) return `${method} ${target}: ${describeFault(error)}`;
  // The stack of the cause says where too, and more.
  const where = error.cause === undefined ? error.stack ?? "" : `caused by ${describeFault(error.cause)}`;
  return `${method} ${target}: ${describeError(error)}\n${where}`;
}
