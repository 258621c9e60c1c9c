/** Requests as they go over the wire: text, ASCII. */
import { messageToJson, signMessage } from "../../core/protocol/envelope.ts";
import type { Holder } from "./holders.ts";

export const SUBMIT = "/cas/csr";
export const CRL = "/cas/crl";
export const CA_CERTIFICATE = "/cas/crt/ca.crt.pem";

interface Body {
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
export async function renewRequest(port: number, { key, certificatePem }: Holder, csrPem: string): Promise<string> {
  const payload = JSON.stringify({ crt_pem: certificatePem, renew_csr_pem: csrPem });
  return putRequest(port, "/cas/crt/renew", jsonBody(messageToJson(await signMessage(payload, key))));
}

/** The holder of a certificate revokes it. */
export async function revokeRequest(port: number, { key, certificatePem }: Holder): Promise<string> {
  const payload = JSON.stringify({ revoke_crt_pem: certificatePem });
  return putRequest(port, "/cas/crt/revoke", jsonBody(messageToJson(await signMessage(payload, key))));
}

function jsonBody(value: unknown): Body {
  return { type: "application/json", text: JSON.stringify(value) };
}

function putRequest(port: number, target: string, { type, text }: Body): string {
  const head = `PUT ${target} HTTP/1.1\r\nHost: localhost:${port}\r\nContent-Type: ${type}\r\nContent-Length: `;
  return `${head}${text.length}\r\n\r\n${text}`;
}
