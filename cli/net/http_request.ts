/** One HTTP or HTTPS request to a caucase server, with limits on time and size. */
import http from "node:http";
import https from "node:https";
import { Buffer } from "node:buffer";
import { TLSSocket } from "node:tls";
import type { Bytes } from "../../core/bytes.ts";
import { BROKEN_OFF, isVerificationFailure, networkError, wrongServer } from "./network_error.ts";
import { VERSION } from "../version.ts";

export interface HttpRequest {
  readonly method: string;
  readonly url: URL;
  readonly body?: Uint8Array;
  /** Bare, without parameters: the reference's server takes no others. */
  readonly contentType?: string;
  /** The media type that is asked for; any unless given. */
  readonly accept?: string;
  /** Certificate and key of a user, PEM, for HTTPS. */
  readonly user?: { readonly certificatePem: string; readonly keyPem: string };
  /** The only trust anchors for the server's certificate, PEM. Without them it is not verified. */
  readonly anchors?: readonly string[] | undefined;
  readonly signal?: AbortSignal;
  /** A server that says nothing for this long is taken for dead; milliseconds. */
  readonly silence?: number;
  /** The whole answer must be there by then: a server may also drip; milliseconds. */
  readonly deadline?: number;
  /** Bytes of the largest body that is taken. */
  readonly maxBody?: number;
}

export interface HttpResponse {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: Bytes;
  /** DER of the certificate that the server showed, over HTTPS; nothing of it was checked. */
  readonly serverCertificate?: Uint8Array | undefined;
}

const SILENCE = 60_000;

/** Time for the largest body over a slow line. Nobody waits longer: an updater has other servers to ask. */
const DEADLINE = 15 * 60_000;

/** No answer of a CA is larger; a CRL of a million entries is 50 MB of PEM. */
const MAX_BODY = 256 * 1024 * 1024;

/** @throws `unreachable` naming the URL, when there is no whole answer */
export async function httpRequest(request: HttpRequest): Promise<HttpResponse> {
  const { method, url } = request;
  try {
    return await exchange(request);
  } catch (cause) {
    request.signal?.throwIfAborted();
    const what = `${method} ${url.href}`;
    if (request.anchors !== undefined && isVerificationFailure(cause)) throw wrongServer(what, cause);
    throw networkError(what, cause);
  }
}

function exchange(request: HttpRequest): Promise<HttpResponse> {
  const { method, url, body, contentType, accept, signal, maxBody = MAX_BODY } = request;
  const headers: Record<string, string> = { "User-Agent": `caucase/${VERSION}` };
  if (accept !== undefined) headers["Accept"] = accept;
  if (contentType !== undefined) headers["Content-Type"] = contentType;
  if (method !== "GET") headers["Content-Length"] = `${body?.length ?? 0}`;
  const { silence = SILENCE, deadline = DEADLINE } = request;
  const common = { method, headers, timeout: silence, ...(signal && { signal }) };
  const { promise, resolve, reject } = Promise.withResolvers<HttpResponse>();
  const receive = (response: http.IncomingMessage) => collect(response, maxBody).then(resolve, reject);
  // Each request has a new connection: none is used again just when the server closes it.
  // A new agent too, as Deno 2.6 needs one for certificates.
  const sent = url.protocol === "https:"
    ? https.request(url, { ...common, ...tlsOptions(request), agent: new https.Agent({ keepAlive: false }) }, receive)
    : http.request(url, { ...common, agent: false }, receive);
  sent.on("timeout", () => sent.destroy(new Error(`no answer for ${silence / 1000} s`)));
  const late = setTimeout(() => sent.destroy(new Error(`no whole answer in ${deadline / 1000} s`)), deadline);
  sent.on("error", reject);
  sent.end(body && Buffer.from(body));
  return promise.finally(() => clearTimeout(late));
}

/**
 * A user's private key is safe with any server; what is read and asked for is only as good as the server is the right
 * one.
 */
function tlsOptions({ user, anchors }: HttpRequest): https.RequestOptions {
  return {
    rejectUnauthorized: anchors !== undefined,
    // Also none is said: else the runtime loads all the machine's roots, for nothing, and asks for a right to do so.
    ca: [...anchors ?? []],
    minVersion: "TLSv1.2",
    ...(user && { cert: user.certificatePem, key: user.keyPem }),
  };
}

async function collect(response: http.IncomingMessage, maxBody: number): Promise<HttpResponse> {
  const { socket } = response;
  const serverCertificate = socket instanceof TLSSocket ? socket.getPeerCertificate().raw : undefined;
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of response) {
    size += part.length;
    if (size > maxBody) throw new Error(`an answer of more than ${maxBody} bytes`);
    parts.push(part);
  }
  if (!response.complete) throw new Error(BROKEN_OFF);
  return {
    status: response.statusCode ?? 0,
    headers: response.headers,
    body: new Uint8Array(Buffer.concat(parts)),
    serverCertificate,
  };
}
