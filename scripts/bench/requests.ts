/** Requests as they go over the wire: text, ASCII. */
import { type Message, messageText } from "../../core/protocol/envelope.ts";
import { signRenewal } from "../../core/protocol/renewal.ts";
import { holderRevocation } from "../../core/protocol/revocation.ts";
import type { BenchHolder } from "./holders.ts";

export const SUBMIT = "/cas/csr";
export const CRL = "/cas/crl";
export const CA_CERTIFICATE = "/cas/crt/ca.crt.pem";

interface TypedBody {
  readonly type: string;
  readonly text: string;
}

export function readRequest(port: number, target: string): string {
  return `GET ${target} HTTP/1.1\r\nHost: localhost:${port}\r\n\r\n`;
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

function putRequest(port: number, target: string, { type, text }: TypedBody): string {
  const head = `PUT ${target} HTTP/1.1\r\nHost: localhost:${port}\r\nContent-Type: ${type}\r\nContent-Length: `;
  return `${head}${text.length}\r\n\r\n${text}`;
}
