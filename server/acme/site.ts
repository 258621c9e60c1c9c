/** The site of ACME (RFC 8555): its routes, and what every answer has. */
import { RouteTable } from "../http/route_table.ts";
import { allowedMethods } from "../http/router.ts";
import type { Answer, Exchange } from "../http/exchange.ts";
import type { Site } from "../http/site.ts";
import { acmeAdmissions, type AdmissionParts } from "./admissions.ts";
import type { AcmeSteps } from "./call.ts";
import { ACCOUNT_HANDLERS } from "./handlers/accounts.ts";
import { AUTHORIZATION_HANDLERS } from "./handlers/authorizations.ts";
import { DISCOVERY_HANDLERS } from "./handlers/discovery.ts";
import { ORDER_HANDLERS } from "./handlers/orders.ts";
import { REVOCATION_HANDLERS } from "./handlers/revocation.ts";
import { acmeRefusal } from "./refusals.ts";
import { ACME_PREFIX, ACME_ROUTES } from "./routes.ts";

/** Any page may use ACME: nothing here looks at cookies or certificates, only at signatures. */
const ANY_ORIGIN = {
  "Access-Control-Allow-Origin": "*",
  "Access-Control-Expose-Headers": "Link, Location, Replay-Nonce, Retry-After",
};

export function createAcmeSite(parts: AdmissionParts): Site {
  const { services: { urls }, nonces } = parts;
  const closed: Readonly<Record<never, never>> = {};
  const table = new RouteTable<typeof ACME_ROUTES, AcmeSteps, typeof closed>({
    prefix: ACME_PREFIX,
    routes: ACME_ROUTES,
    closed,
    handlers: {
      ...DISCOVERY_HANDLERS,
      ...ACCOUNT_HANDLERS,
      ...ORDER_HANDLERS,
      ...AUTHORIZATION_HANDLERS,
      ...REVOCATION_HANDLERS,
    },
    admissions: acmeAdmissions(parts),
  });

  const answerOf = async (exchange: Exchange, refuse: (error: unknown) => Answer): Promise<[Answer, string]> => {
    try {
      const match = table.match(exchange.target);
      if (exchange.method === "OPTIONS") return [preflight(allowedMethods(match)), "preflight"];
      const found = table.select(match, exchange);
      return [await table.run(found, { exchange, refuse }), found.name];
    } catch (error) {
      return [refuse(error), "none"];
    }
  };

  const index = `<${urls.of("directory")}>;rel="index"`;
  return {
    prefix: ACME_PREFIX,
    secure: true,
    refuse: (error) => acmeRefusal(error, urls),
    async answer(exchange, refuse) {
      const [{ headers = {}, ...rest }, route] = await answerOf(exchange, refuse);
      const isPost = exchange.method === "POST";
      const links = [...(route === "directory" ? [] : [index]), ...[headers["Link"] ?? []].flat()];
      const hasNonce = isPost || route === "newNonce" || route === "headNonce";
      return {
        ...rest,
        headers: {
          ...ANY_ORIGIN,
          ...(isPost && { "Cache-Control": "no-store" }),
          ...headers,
          ...(links.length > 0 && { "Link": links }),
          ...(hasNonce && { "Replay-Nonce": nonces.issue() }),
        },
      };
    },
  };
}

function preflight(methods: readonly string[]): Answer {
  const headers = {
    "Access-Control-Allow-Methods": methods.join(", "),
    "Access-Control-Allow-Headers": "Content-Type",
    "Access-Control-Max-Age": "86400",
  };
  return { status: 204, headers };
}
