/** The site of caucase's own protocol: path, method and origin are judged here, then the route's handler takes over. */
import type { AuditSource } from "../../core/audit/verification.ts";
import type { Actor } from "../../core/ca/actor.ts";
import type { CertificateAuthority } from "../../core/ca/certificate_authority.ts";
import type { Storage } from "../../core/ca/stores.ts";
import { type PublicCa, ROUTES } from "../../core/protocol/routes.ts";
import type { Exchange } from "../http/exchange.ts";
import { type Admissions, RouteTable } from "../http/route_table.ts";
import { allowedMethods } from "../http/router.ts";
import type { Site } from "../http/site.ts";
import { ACME_HANDLERS } from "./acme_handlers.ts";
import { AUDIT_HANDLERS } from "./audit_handlers.ts";
import type { CorsPage } from "./cors_page.ts";
import { type CrossOrigin, withOriginHeaders } from "./cross_origin.ts";
import { type Call, HANDLERS, PUBLIC_CAS, type Steps } from "./handlers.ts";
import { HttpsVouching } from "./https_vouching.ts";
import type { OwnOrigins } from "./own_origins.ts";
import { REGISTER_HANDLERS } from "./register_handlers.ts";
import { refusal } from "./refusals.ts";
import { type RecordRefused, RefusedActions } from "./refused_actions.ts";
import type { StatusSource } from "./server_status.ts";
import { UserAuthentication } from "./user_authentication.ts";

export interface CaucaseSiteParts {
  readonly authorities: Readonly<Record<PublicCa, CertificateAuthority>>;
  /** The private CA of the HTTPS listener. */
  readonly httpCa: CertificateAuthority;
  readonly crossOrigin: CrossOrigin;
  readonly corsPage: CorsPage;
  readonly own: OwnOrigins;
  readonly events: Storage["events"];
  readonly status: StatusSource;
  readonly clock: { now(): number };
  /** What the routes of the audit log read. */
  readonly audit: AuditSource;
  readonly recordRefused: RecordRefused;
  readonly acme: Storage["acme"];
  readonly random: Call["random"];
}

export function createCaucaseSite(parts: CaucaseSiteParts): Site {
  const { crossOrigin } = parts;
  const table = new RouteTable({
    prefix: "",
    routes: ROUTES,
    closed: { ca: PUBLIC_CAS },
    handlers: { ...HANDLERS, ...REGISTER_HANDLERS, ...AUDIT_HANDLERS, ...ACME_HANDLERS, ...parts.corsPage },
    admissions: caucaseAdmissions(parts),
  });
  return {
    prefix: "",
    refuse: refusal,
    async answer(exchange, refuse) {
      const match = table.match(exchange.target);
      if (exchange.method === "OPTIONS") return crossOrigin.preflight(exchange, allowedMethods(match));
      const found = table.select(match, exchange);
      const verdict = await crossOrigin.judge(exchange, ROUTES[found.name].origins);
      if (verdict.kind === "refuse") return verdict.answer;
      return withOriginHeaders(await table.run(found, { exchange, refuse }), verdict.headers);
    },
  };
}

type AdmissionParts = Pick<
  CaucaseSiteParts,
  "authorities" | "httpCa" | "own" | "events" | "status" | "clock" | "audit" | "recordRefused" | "acme" | "random"
>;

/** Checks the caller's rights, by the `access` of a route. */
export function caucaseAdmissions({ authorities, httpCa, own, clock, ...sources }: AdmissionParts): Admissions<Steps> {
  const users = new UserAuthentication(authorities.cau);
  const refusedActions = new RefusedActions(sources.recordRefused);
  const surroundings = {
    authorities,
    own,
    vouching: new HttpsVouching(httpCa.issuers),
    events: sources.events,
    status: sources.status,
    audit: sources.audit,
    acme: sources.acme,
    random: sources.random,
  };
  const callOf = (exchange: Exchange): Call => ({ ...surroundings, actor: anonymous(exchange), now: clock.now() });

  const anyone: Admissions<Steps>["anyone"] = (step, { exchange }) => step(callOf(exchange));

  /** From here on the answer is the user's in the access log, also when it is a refusal. */
  const user: Admissions<Steps>["user"] = async (step, arrival) => {
    const { exchange, refuse } = arrival;
    const call = callOf(exchange);
    const { certificate, actor } = await users.require(exchange, call.now);
    const tell = async (error: unknown): Promise<never> => {
      await refusedActions.tell(error, arrival, { actor, now: call.now });
      throw error;
    };
    const answer = await Promise.try(step, { ...call, actor, user: certificate }).catch(tell).catch(refuse);
    return { ...answer, user: `${certificate.serial}` };
  };

  return {
    anyone,
    person: anyone,
    user,
    message: (step, arrival) => step.from === "user" ? user(step.act, arrival) : anyone(step.act, arrival),
  };
}

function anonymous({ remoteAddress }: Exchange): Actor {
  return { kind: "anonymous", address: remoteAddress };
}
