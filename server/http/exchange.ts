/** One HTTP request and its answer, as our handlers see them: the same for HTTP and HTTPS. */
import type { Bytes } from "../../core/bytes.ts";
import type { Body } from "../../core/pieces.ts";

export interface Exchange {
  /** As sent; methods are case-sensitive. */
  readonly method: string;
  /** The request-target as sent: path and query, percent-encoding untouched. */
  readonly target: string;
  /** Whether it came over TLS. */
  readonly secure: boolean;
  /** The value of a header, by lower-case name; repeated ones joined as RFC 9110 5.3 allows. */
  header(name: string): string | undefined;
  /** Numeric address of the peer. */
  readonly remoteAddress: string;
  /**
   * DER of the certificate that the peer presented and proved to hold the key of. Nothing else about it was checked:
   * not its issuer, not its dates, not its revocation.
   */
  readonly clientCertificate: Uint8Array | undefined;
  /** The same object for all exchanges of one connection: a key for what may be remembered per connection. */
  readonly connection: object;
  /**
   * The whole body, read once.
   * @throws `too-large` as soon as it is known to be over the limit, `malformed` when it breaks off or comes too slowly
   */
  body(): Promise<Bytes>;
  /** Told the name of the route that the request takes, by those who watch requests; absent where nobody does. */
  readonly routed?: ((route: string) => void) | undefined;
}

export interface Answer {
  readonly status: number;
  /** Without `Date`, `Content-Length`, `Connection`: those are the listener's. */
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  /** Sent as it is, pieces as the client takes them; texts as UTF-8. For `HEAD` only its length goes out. */
  readonly body?: string | Body;
  /** Serial number of the authenticated user's certificate, decimal, for the access log. */
  readonly user?: string;
}

export type Handler = (exchange: Exchange) => Answer | Promise<Answer>;
