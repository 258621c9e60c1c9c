/**
 * Web origins (RFC 6454) as they appear in `Origin`, in options and in requests, in one normal form: scheme and host in
 * lower case, the scheme's default port left out, IPv6 in brackets.
 */
import { CaucaseError } from "../errors.ts";
import { httpsPortBeside, parseNetloc } from "../protocol/netloc.ts";

/** What pages without an origin send: sandboxed frames, `data:` addresses, posts that were redirected. */
export const OPAQUE_ORIGIN = "null";

/** Scheme, host and port, nothing else: no user, path or query can hide in it. */
const SERIALIZED_ORIGIN = /^[a-z][a-z0-9+.-]*:\/\/(?:[a-z0-9._~-]+|\[[0-9a-f:.]+\])(?::\d{1,5})?$/i;

/** Room for the longest DNS name and a port; keeps tokens and the cookie small. */
const MAX_ORIGIN_LENGTH = 300;

/** The normal form of a serialised origin of any scheme; undefined for anything else, `null` included. */
export function parseOrigin(text: string): string | undefined {
  if (text.length > MAX_ORIGIN_LENGTH || !SERIALIZED_ORIGIN.test(text)) return undefined;
  const url = URL.parse(text);
  // Not `url.origin`: that is "null" for schemes such as those of browser extensions.
  return url ? `${url.protocol}//${url.host}` : undefined;
}

/** Whether a person can be asked about this origin: pages of other schemes can only be allowed by the operator. */
export function isWebOrigin(origin: string): boolean {
  return /^https?:/.test(origin);
}

/**
 * The origins of `--cors-whitelist`, in normal form. A final slash, as in an address copied from a browser, does no
 * harm.
 * @throws `usage` naming the entry that is not an origin
 */
export function parseWhitelist(entries: readonly string[]): ReadonlySet<string> {
  return new Set(entries.map((entry) => {
    const origin = parseOrigin(entry.replace(/\/$/, ""));
    if (origin !== undefined) return origin;
    throw new CaucaseError("usage", `--cors-whitelist: ${JSON.stringify(entry)} is not an origin`, {
      hint: "write scheme://host or scheme://host:port",
    });
  }));
}

/** The part of a request that says where it was sent to. */
export interface AddressedRequest {
  readonly secure: boolean;
  /** The `Host` header. */
  readonly host: string | undefined;
}

/** The origin that a request was sent to; undefined when its `Host` is missing or garbage. */
export function requestOrigin({ secure, host }: AddressedRequest): string | undefined {
  return host === undefined ? undefined : parseOrigin(`${secure ? "https" : "http"}://${host}`);
}

/** The HTTPS origin beside an HTTP one: the next port, and 443 for 80. Undefined where there is no next port. */
export function httpsSibling(httpOrigin: string): string | undefined {
  const url = new URL(httpOrigin);
  const port = httpsPortBeside(url.port === "" ? 80 : Number(url.port));
  return parseOrigin(`https://${url.hostname}:${port}`);
}

/**
 * The server's HTTPS origin, as the sender of this request reaches it: forwarded ports and other names of this host
 * included.
 * @param fallback our HTTPS origin by configuration, for requests that do not say
 */
export function httpsOrigin(request: AddressedRequest, fallback: string): string {
  const origin = requestOrigin(request);
  if (origin === undefined) return fallback;
  return request.secure ? origin : httpsSibling(origin) ?? fallback;
}

/**
 * Our HTTPS origin by configuration.
 * @param netloc `HOST[:PORT]` of HTTP, IPv6 in brackets
 * @throws `usage` when it is none
 */
export function httpsOriginOfNetloc(netloc: string): string {
  const { host, port } = parseNetloc(netloc);
  const origin = parseOrigin(`https://${host.includes(":") ? `[${host}]` : host}:${httpsPortBeside(port)}`);
  if (origin === undefined) {
    throw new CaucaseError("usage", `--netloc: ${JSON.stringify(netloc)} is too long for a host`);
  }
  return origin;
}

/**
 * Whether a browser may be sent to this address after a decision: absolute, `http:` or `https:`, and fit for a header
 * as it is. Everything else (`javascript:`, relative, control characters) is not followed.
 */
export function isReturnAddress(text: string): boolean {
  return /^https?:\/\/[!-~]+$/i.test(text) && URL.canParse(text);
}
