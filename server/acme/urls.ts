/** Where everything of ACME is: clients get these URLs, and sign those that they send to. */
import { httpsOriginOfNetloc } from "../../core/cors/origin.ts";
import { ACME_PREFIX, ACME_ROUTES } from "./routes.ts";

type RouteName = keyof typeof ACME_ROUTES;

/**
 * All below the origin that the netloc says, whatever host a request names: what a client signs must be what this
 * server is called, or a signature for one server would be good at another.
 */
export class AcmeUrls {
  readonly #origin: string;

  /** @param netloc `HOST[:PORT]` of HTTP, as given to `--netloc` */
  constructor(netloc: string) {
    this.#origin = httpsOriginOfNetloc(netloc);
  }

  /** @param id fills the path's parameter */
  of(route: RouteName, id = ""): string {
    return this.#origin + ACME_PREFIX + ACME_ROUTES[route].path.replace("{id}", id);
  }

  /** The URL of a request by its target, as its client must have signed it. */
  ofTarget(target: string): string {
    return this.#origin + target;
  }

  /** The id of the account that a `kid` names; undefined where it names none of this server. */
  accountId(kid: string): string | undefined {
    const before = this.of("account");
    const id = kid.slice(before.length);
    return kid.startsWith(before) && /^[A-Za-z0-9_-]{1,64}$/.test(id) ? id : undefined;
  }
}
