/** Proof by a file that a web server shows (RFC 8555 8.3). */
import type net from "node:net";
import { type Destination, dial, type Network } from "./dial.ts";
import { failed, FailedAttempt, quoted, reasonOf } from "./failure.ts";
import { getOver, type HttpAnswer } from "./http_get.ts";
import { startTls } from "./unverified_tls.ts";

export interface HttpProof {
  /** A host name in lower case, or a numeric address. */
  readonly host: string;
  readonly token: string;
  readonly keyAuthorization: string;
}

export interface HttpPorts {
  /** Where the first request goes: 80, unless a network has it elsewhere. */
  readonly http: number;
  /** Besides 80, 443 and `http`, where redirects may lead. */
  readonly others: readonly number[];
}

/** Most redirects that are followed. */
const MAX_REDIRECTS = 10;
const OK = 200;
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/**
 * The body of `/.well-known/acme-challenge/TOKEN` at the host is the key authorization. Redirects are followed, each
 * judged as the first request was.
 * @throws `FailedAttempt`: `dns`, `connection`, `tls`, `incorrectResponse`
 */
export async function tryHttp01(
  proof: HttpProof,
  { network, ports }: { readonly network: Network; readonly ports: HttpPorts },
  signal: AbortSignal,
): Promise<void> {
  const first = firstUrl(proof, ports.http);
  let url = first;
  for (let redirects = 0;; redirects++) {
    const answer = await get({ url, isElsewhere: url.host !== first.host }, network, signal);
    if (!REDIRECTS.has(answer.status)) return check(answer, proof.keyAuthorization, { last: url, first });
    if (redirects === MAX_REDIRECTS) throw failed("incorrectResponse", `more than ${MAX_REDIRECTS} redirects`);
    url = redirectOf(answer, url, ports);
  }
}

function firstUrl({ host, token }: HttpProof, port: number): URL {
  const authority = host.includes(":") ? `[${host}]` : host;
  return new URL(`http://${authority}:${port}/.well-known/acme-challenge/${encodeURIComponent(token)}`);
}

interface Step {
  readonly url: URL;
  /** Whether a redirect led to another host or port. */
  readonly isElsewhere: boolean;
}

async function get({ url, isElsewhere }: Step, network: Network, signal: AbortSignal): Promise<HttpAnswer> {
  const destination = { ...destinationOf(url), hidesAddresses: isElsewhere };
  const socket = await dial(destination, network, signal);
  const abort = () => socket.destroy();
  signal.addEventListener("abort", abort, { once: true });
  try {
    const secure = url.protocol === "https:";
    const channel: net.Socket = secure ? await startTls(socket, destination.host) : socket;
    return await getOver(channel, url);
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof FailedAttempt) throw error;
    throw failed("connection", `${urlText(url)}: ${reasonOf(error)}`);
  } finally {
    signal.removeEventListener("abort", abort);
    socket.destroy();
  }
}

/** Where a URL leads. A dot at the end of a name says only that it is whole. */
function destinationOf({ hostname, port, protocol }: URL): Destination {
  const host = hostname.replace(/^\[(.*)\]$/, "$1").replace(/\.$/, "");
  return { host, port: Number(port || (protocol === "https:" ? 443 : 80)) };
}

function redirectOf({ status, location }: HttpAnswer, from: URL, ports: HttpPorts): URL {
  if (location === undefined) throw failed("incorrectResponse", `${urlText(from)} answered ${status} without Location`);
  const url = URL.parse(location, from);
  if (url === null) throw failed("incorrectResponse", `a redirect leads to ${quoted(location)}, which is no URL`);
  const refuse = (why: string) => failed("incorrectResponse", `a redirect leads to ${urlText(url)}: ${why}`);
  if (url.protocol !== "http:" && url.protocol !== "https:") throw refuse("only http and https are followed");
  if (url.username !== "" || url.password !== "") throw refuse("it has a user name");
  const allowed = [80, 443, ports.http, ...ports.others];
  const { port } = destinationOf(url);
  if (!allowed.includes(port)) throw refuse(`port ${port} is none of ${[...new Set(allowed)].join(", ")}`);
  return url;
}

/** @throws `FailedAttempt` unless the body is the key authorization; white space after it is let pass */
function check({ status, body }: HttpAnswer, keyAuthorization: string, urls: { last: URL; first: URL }): void {
  const { last: url, first } = urls;
  if (status !== OK) throw failed("incorrectResponse", `${urlText(url)} answered ${status}`);
  if (body.replace(/[ \t\r\n\v\f]+$/, "") === keyAuthorization) return;
  // What a redirect led to may be no business of whoever asked for it.
  const told = url.host === first.host ? quoted(body) : "something else";
  throw failed("incorrectResponse", `${urlText(url)} is ${told}, and not ${keyAuthorization}`);
}

function urlText(url: URL): string {
  return quoted(url.href);
}
