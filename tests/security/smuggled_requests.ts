/** Requests of any content, and the ways by which a request becomes a certificate. */
import assert from "node:assert/strict";
import { type Bytes, fromUtf8 } from "../../core/bytes.ts";
import { encodePem, PEM_LABEL } from "../../core/pem.ts";
import { type Certificate, certificateFromPem } from "../../core/x509/certificate.ts";
import { TAG } from "../../core/der/tags.ts";
import { derElement, derExplicit, derInteger, derOid, derSequence } from "../../core/der/writer.ts";
import { encodeExtensions, type Extension } from "../../core/x509/extension.ts";
import { commonNameDer } from "../../core/x509/name.ts";
import { OID } from "../../core/der/oids.ts";
import { signerFor } from "../../core/keys/signer.ts";
import type { AgedServer } from "../support/aged_server.ts";
import { CSR_TYPE, fetchCertificate, type Holder, type Reply } from "../support/desk.ts";
import { newEcKey } from "../support/issuing.ts";
import { csrFor } from "../support/requests.ts";
import { seal } from "../support/structures.ts";

export interface Asked {
  readonly subject?: Uint8Array;
  readonly extensions?: readonly Extension[];
  /** Instead of an extensionRequest of `extensions`. */
  readonly attributes?: readonly Uint8Array[];
}

/** A request of any content, and its key. */
export async function request({ subject = commonNameDer("mallory"), extensions = [], attributes }: Asked) {
  const key = await newEcKey();
  const given = attributes ?? [attribute(OID.EXTENSION_REQUEST, encodeExtensions(extensions))];
  const body = derSequence(derInteger(0), subject, key.publicKey.spki, derExplicit(0, ...given));
  return { key, csr: encodePem(PEM_LABEL.CSR, await seal(body, await signerFor(key))) };
}

export function attribute(oid: string, ...values: readonly Uint8Array[]): Bytes {
  return derSequence(derOid(oid), derElement(TAG.SET, ...values));
}

export function unknown(oid: string, value: Uint8Array): Extension {
  return { oid, critical: true, value };
}

export function nameOf(tag: number, value: Uint8Array): Bytes {
  return derSequence(derElement(TAG.SET, derSequence(derOid(OID.COMMON_NAME), derElement(tag, value))));
}

/**
 * Ways by which a request comes to a certificate; the answer of the last step, and the certificate where there is one.
 */
type Way = (aged: AgedServer, user: Holder, asked: Asked) => Promise<{ reply: Reply; certificate?: Certificate }>;

export async function signed(
  aged: AgedServer,
  user: Holder,
  sent: { csr: string; template?: string; ca?: "cau" | "cas" },
) {
  const { csr, template, ca = "cas" } = sent;
  const submitted = await aged.server.ask("PUT", `/${ca}/csr`, { body: csr });
  if (submitted.status !== 201) return { reply: submitted };
  const id = submitted.headers["location"] ?? "";
  const body = template === undefined ? {} : { headers: CSR_TYPE, body: template };
  const reply = await aged.server.ask("PUT", `/${ca}/crt/${id}`, { as: user, ...body });
  if (reply.status !== 204) {
    assert.equal((await aged.server.ask("GET", `/${ca}/crt/${id}`)).status, 404);
    return { reply };
  }
  return { reply, certificate: await certificateFromPem(await fetchCertificate(aged.server, ca, id)) };
}

export const WAYS: Readonly<Record<string, Way>> = {
  "a request": async (aged, user, asked) => await signed(aged, user, await request(asked)),
  "a template": async (aged, user, asked) =>
    await signed(aged, user, { csr: fromUtf8(await csrFor(await newEcKey())), template: (await request(asked)).csr }),
};
