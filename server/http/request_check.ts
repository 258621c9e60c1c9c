/** What the HTTP parser lets through, and RFC 9112 does not. */
import type { IncomingMessage } from "node:http";
import { malformed } from "../../core/errors.ts";

/** What a request asks for, once its request line and framing headers are found sound. */
export interface RequestTarget {
  /** Path and query as sent, or `*`. */
  readonly target: string;
  /** Host and port of a target in absolute form, which then stand for those of `Host` (RFC 9112, 3.2.2). */
  readonly authority: string | undefined;
}

/** @throws `malformed`; the connection must be closed then, as where the next request begins is in doubt */
export function checkRequest(request: IncomingMessage): RequestTarget {
  const { httpVersionMajor: major, httpVersionMinor: minor, headers } = request;
  if (major !== 1 || minor > 1) throw malformed(`HTTP/${major}.${minor} is not supported`);
  const hosts = countHosts(request.rawHeaders);
  // RFC 9112, 3.2
  if (hosts > 1 || (hosts === 0 && minor === 1)) throw malformed(`${hosts === 0 ? "no" : "more than one"} Host header`);
  const coding = headers["transfer-encoding"];
  if (coding !== undefined && (minor === 0 || coding.toLowerCase() !== "chunked")) {
    // RFC 9112, 6.1: HTTP/1.0 knows none, and of the others we take none.
    throw malformed("this Transfer-Encoding is not understood");
  }
  return parseTarget(request.method ?? "", request.url ?? "");
}

const ABSOLUTE = /^https?:\/\/([^/?#@]+)([/?][^#]*)?$/i;

function parseTarget(method: string, target: string): RequestTarget {
  if (target.startsWith("/")) return { target, authority: undefined };
  if (target === "*" && method === "OPTIONS") return { target, authority: undefined };
  const [, authority, path = ""] = ABSOLUTE.exec(target) ?? [];
  if (authority === undefined) throw malformed("the request target is neither a path nor a URL");
  return { target: path.startsWith("/") ? path : `/${path}`, authority };
}

function countHosts(rawHeaders: readonly string[]): number {
  let hosts = 0;
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i];
    if (name?.length === 4 && name.toLowerCase() === "host") hosts++;
  }
  return hosts;
}
