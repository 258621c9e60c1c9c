/** Asking a server over the network and asking its handler directly look the same to a test: both are desks. */
import assert from "node:assert/strict";
import type { Bytes } from "../../core/bytes.ts";
import { type Certificate, certificateFromPem } from "../../core/x509/certificate.ts";
import { type PrivateKey, privateKeyToPem } from "../../core/keys/private_key.ts";
import { newEcKey } from "./issuing.ts";
import { csrFor, unsignedBody } from "./requests.ts";

/** A client's key and certificate, PEM. */
export interface Credentials {
  readonly key: string;
  readonly cert: string;
}

export interface AskOptions {
  /** By lower-case name. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Bytes;
  /** Over HTTPS, without a client certificate for `null`; over HTTP where absent. */
  readonly as?: Credentials | null;
}

export interface Reply {
  readonly status: number;
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly bytes: Uint8Array;
  readonly text: string;
}

export interface Desk {
  ask(method: string, path: string, options?: AskOptions): Promise<Reply>;
}

/** Somebody with a certificate of one of our CAs. */
export interface Holder extends Credentials {
  readonly privateKey: PrivateKey;
  readonly certificate: Certificate;
}

export const JSON_TYPE = { "content-type": "application/json" };
export const CSR_TYPE = { "content-type": "application/pkcs10" };

/** Submits a request, which must be taken; its id. */
export async function submit(desk: Desk, ca: "cau" | "cas", csr: Bytes): Promise<string> {
  const { status, headers, text } = await desk.ask("PUT", `/${ca}/csr`, { body: csr });
  assert.equal(status, 201, text);
  assert.match(headers["location"] ?? "", /^\d{1,19}$/);
  return headers["location"] ?? "";
}

/** The certificate for a request, which must be signed; PEM. */
export async function fetchCertificate(desk: Desk, ca: "cau" | "cas", id: string): Promise<string> {
  const { status, text } = await desk.ask("GET", `/${ca}/crt/${id}`);
  assert.equal(status, 200, text);
  return text;
}

/** The user whose request is signed without anybody's approval. */
export async function firstUser(desk: Desk): Promise<Holder> {
  const key = await newEcKey();
  const id = await submit(desk, "cau", await csrFor(key, "first-user"));
  return await holderOf(key, await fetchCertificate(desk, "cau", id));
}

/** A certificate that `by` approved, for a new key. */
export async function certify(desk: Desk, by: Credentials, ca: "cau" | "cas" = "cas"): Promise<Holder> {
  const key = await newEcKey();
  const id = await submit(desk, ca, await csrFor(key));
  const { status, text } = await desk.ask("PUT", `/${ca}/crt/${id}`, { as: by });
  assert.equal(status, 204, text);
  return await holderOf(key, await fetchCertificate(desk, ca, id));
}

export async function holderOf(privateKey: PrivateKey, certificatePem: string): Promise<Holder> {
  const certificate = await certificateFromPem(certificatePem);
  return { privateKey, certificate, key: privateKeyToPem(privateKey), cert: certificatePem };
}

/** `by` revokes a serial number; the answer. */
export function revokeSerial(
  desk: Desk,
  by: Credentials | null,
  { ca = "cas", serial }: { readonly ca?: "cau" | "cas"; readonly serial: bigint | string },
): Promise<Reply> {
  const body = unsignedBody(`{"revoke_serial": ${serial}}`);
  return desk.ask("PUT", `/${ca}/crt/revoke`, { as: by, headers: JSON_TYPE, body });
}
