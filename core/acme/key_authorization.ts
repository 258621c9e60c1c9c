/** What answers a challenge: the token with the thumbprint of the account's key (RFC 8555 8.1), in its three forms. */
import { createHash } from "node:crypto";
import type { Bytes, RandomSource } from "../bytes.ts";
import { derOctetString } from "../der/writer.ts";
import { toBase64url } from "./json_web_key.ts";

/** 32 random bytes, base64url. */
export function newToken(random: RandomSource): string {
  return toBase64url(random(32));
}

/** An id for accounts, keys, orders and authorizations: 16 random bytes, base64url. */
export function newId(random: RandomSource): string {
  return typeable(random, 16);
}

/** base64url of random bytes that does not begin with a minus: command lines would take it for an option. */
export function typeable(random: RandomSource, size: number): string {
  for (;;) {
    const text = toBase64url(random(size));
    if (!text.startsWith("-")) return text;
  }
}

/** `http-01` has it as the body (RFC 8555 8.3). */
export function keyAuthorization(token: string, thumbprint: string): string {
  return `${token}.${thumbprint}`;
}

/** `dns-01` has it as a TXT record (RFC 8555 8.4). */
export function dnsAnswer(authorization: string): string {
  return toBase64url(sha256(authorization));
}

/** `tls-alpn-01` has it as the value of `id-pe-acmeIdentifier` (RFC 8737 3). */
export function tlsAlpnAnswer(authorization: string): Bytes {
  return derOctetString(sha256(authorization));
}

/** Whether the body that `http-01` found is the authorization; white space may follow it. */
export function isHttpAnswer(body: string, authorization: string): boolean {
  return body.trimEnd() === authorization;
}

function sha256(text: string): Bytes {
  return new Uint8Array(createHash("sha256").update(text).digest());
}
