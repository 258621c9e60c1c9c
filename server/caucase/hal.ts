/** The self-description of the server, in HAL, made from the route table. */
import { type PublicCa, type Route, ROUTES } from "../../core/protocol/routes.ts";
import type { Answer } from "../http/exchange.ts";

/** An entry of `_links` or `_actions`. */
interface HalEntry {
  readonly title: string;
  readonly templated?: true;
  readonly href: string;
  readonly method?: string;
}

/** `GET /`: where the CAs are. */
export function describeServer(): Answer {
  return hal({
    _links: {
      self: { href: "/" },
      getCASHAL: { title: "cas", href: "/cas" },
      getCAUHAL: { title: "cau", href: "/cau" },
    },
  });
}

/**
 * `GET /{ca}`: what one CA offers. Reads are links, all else actions.
 * @param userOrigin put before the paths of operations that need a user's certificate: empty over HTTPS, else the HTTPS
 *   origin
 */
export function describeCa(ca: PublicCa, userOrigin: string): Answer {
  const links: Record<string, HalEntry> = {};
  const actions: Record<string, HalEntry> = {};
  for (const route of Object.values<Route>(ROUTES)) {
    if (route.hal === undefined) continue;
    const entry = describe(route, route.hal, { ca, userOrigin });
    if (route.method === "GET") links[route.hal.name] = entry;
    else actions[route.hal.name] = { ...entry, method: route.method };
  }
  return hal({ _links: { self: { href: `/${ca}` }, home: { href: "/" }, ...links }, _actions: actions });
}

function describe(
  { path, access }: Route,
  { title }: NonNullable<Route["hal"]>,
  { ca, userOrigin }: { ca: PublicCa; userOrigin: string },
): HalEntry {
  // A parameter may hold any characters a URI may: RFC 6570 3.2.3 reserved expansion.
  const template = path.replace("{ca}", ca).replace(/\{(\w+)\}/g, "{+$1}");
  const templated = template.includes("{") && { templated: true as const };
  return { title, ...templated, href: access === "user" ? userOrigin + template : template };
}

function hal(document: unknown): Answer {
  return { status: 200, headers: { "Content-Type": "application/hal+json" }, body: JSON.stringify(document) };
}
