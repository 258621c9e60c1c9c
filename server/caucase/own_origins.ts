/** The origins under which a requester reaches this server: one place knows its netloc. */
import { httpsOrigin, httpsOriginOfNetloc, requestOrigin } from "../../core/cors/origin.ts";
import type { Exchange } from "../http/exchange.ts";

export interface OwnOrigins {
  /** The origin that the request was sent to; undefined where its `Host` is none. */
  sentTo(exchange: Exchange): string | undefined;
  /** Our HTTPS origin, as this requester reaches it. */
  https(exchange: Exchange): string;
}

/**
 * @param netloc `HOST[:PORT]` of HTTP, as given to `--netloc`
 * @throws `usage` when the netloc is none
 */
export function createOwnOrigins(netloc: string): OwnOrigins {
  const fallback = httpsOriginOfNetloc(netloc);
  return {
    sentTo: (exchange) => requestOrigin(targetOf(exchange)),
    https: (exchange) => httpsOrigin(targetOf(exchange), fallback),
  };
}

function targetOf(exchange: Exchange) {
  return { secure: exchange.secure, host: exchange.header("host") };
}
