/** The endpoints that everybody uses: HTTP, and HTTPS beside it, on every address that was asked for. */
import { httpsPortBeside, type Netloc } from "../core/protocol/netloc.ts";
import { resolveAddresses } from "./http/addresses.ts";
import type { OwnListener } from "./acme/validation/allowed_address.ts";
import type { Endpoint, Listeners } from "./http/listener.ts";

/** What an administrator may choose. */
export interface PublicAddresses {
  /** Port of HTTP, where it is not netloc's. */
  readonly basePort?: number;
  /** Addresses or names to listen on, where they are not netloc's host. */
  readonly bind: readonly string[];
}

/** Where caucase's own protocol is served: a numeric address with its real ports. */
export interface ListeningAddress {
  readonly host: string;
  readonly httpPort: number;
  readonly httpsPort: number;
}

export interface EndpointPair {
  readonly http: Endpoint;
  readonly https: Endpoint;
}

/** What the listeners of a pair got. */
export function listeningAddress({ http, https }: EndpointPair, listeners: Listeners): ListeningAddress {
  return { host: http.host, httpPort: listeners.portOf(http), httpsPort: listeners.portOf(https) };
}

/** An address and a port that this server listens at, operations included. */
export function ownListeners(
  pairs: readonly EndpointPair[],
  listeners: Listeners,
  { opsListen }: { readonly opsListen?: { readonly port: number } },
): OwnListener[] {
  const own = pairs.flatMap(({ http, https }) => [http, https]).map((endpoint) => ({
    address: endpoint.host,
    port: listeners.portOf(endpoint),
  }));
  // Wherever operations listen, a name may lead there.
  return opsListen === undefined ? own : [...own, { address: "0.0.0.0", port: opsListen.port }];
}

/**
 * HTTP and HTTPS on each address, with the same sites but for those that are for HTTPS alone.
 * @throws `usage` for a host that does not resolve
 */
export async function endpointPairs(
  sites: Endpoint["sites"],
  options: PublicAddresses,
  netloc: Netloc,
): Promise<EndpointPair[]> {
  const port = options.basePort ?? netloc.port;
  const hosts = await resolveAddresses(options.bind.length > 0 ? options.bind : [netloc.host]);
  return hosts.map((host) => ({
    http: { host, port, secure: false, sites: sites.filter((site) => !site.secure) },
    https: { host, port: httpsPortBeside(port), secure: true, sites },
  }));
}
