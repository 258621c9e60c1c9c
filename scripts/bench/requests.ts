/** Requests as they go over the wire: text, ASCII. */
import { type Message, messageText } from "../../core/protocol/envelope.ts";
import { signRenewal } from "../../core/protocol/renewal.ts";
import { holderRevocation } from "../../core/protocol/revocation.ts";
import type { BenchHolder } from "./holders.ts";
import type { ClientTls } from "./http_client.ts";

/** What is sent for certificates, or to read something, and over which connections. */
export interface Requests {
  /** Whole requests, ASCII; in turn, and from the beginning again. */
  readonly requests: readonly string[];
  /**
   * Where to fetch what was asked for: the location that the answer names follows. That second request belongs to the
   * first one, as far as anything is counted.
   */
  readonly fetchFrom?: string;
  /** The connections' sides of TLS, in turn. Without, they are plain. */
  readonly tls?: readonly ClientTls[];
}

export const SUBMIT = "/cas/csr";
/** Where a certificate is fetched: the number of its request follows. */
export const CERTIFICATES = "/cas/crt/";
export const CRL = "/cas/crl";
export const CA_CERTIFICATE = "/cas/crt/ca.crt.pem";

interface TypedBody {
  readonly type: string;
  readonly text: string;
}

export function readRequest(port: number, target: string): string {
  return `GET ${target} HTTP/1.1\r\nHost: localhost:${port}\r\n\r\n`;
}

/** Something in JSON. */
export function postRequest(port: number, target: string, text: string): string {
  return request("POST", `${target} HTTP/1.1\r\nHost: localhost:${port}`, { type: "application/json", text });
}

/** A request for a certificate. */
export function submitRequest(port: number, csrPem: string): string {
  return putRequest(port, SUBMIT, { type: "application/pkcs10", text: csrPem });
}

/** The holder of a certificate wants the next one, for the key of `csrPem`. */
export async function renewRequest(
  port: number,
  { key, certificatePem }: BenchHolder,
  csrPem: string,
): Promise<string> {
  return putRequest(port, "/cas/crt/renew", messageBody(await signRenewal({ certificatePem, csrPem }, key)));
}

/** The holder of a certificate revokes it. */
export async function revokeRequest(port: number, { key, certificatePem }: BenchHolder): Promise<string> {
  return putRequest(port, "/cas/crt/revoke", messageBody(await holderRevocation(certificatePem, key)));
}

function messageBody(message: Message): TypedBody {
  return { type: "application/json", text: messageText(message) };
}

function putRequest(port: number, target: string, body: TypedBody): string {
  return request("PUT", `${target} HTTP/1.1\r\nHost: localhost:${port}`, body);
}

function request(method: string, head: string, { type, text }: TypedBody): string {
  return `${method} ${head}\r\nContent-Type: ${type}\r\nContent-Length: ${text.length}\r\n\r\n${text}`;
}
