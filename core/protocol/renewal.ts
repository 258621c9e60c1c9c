/**
 * Renewing a certificate with a new key, body of `PUT crt/renew`: `{"crt_pem": …, "renew_csr_pem": …}`, signed by the
 * key of `crt_pem`, the old one. The request in it is signed by the new key.
 */
import * as v from "valibot";
import { messageFromJson, type SignedMessage, signMessage } from "./envelope.ts";
import { malformed } from "../errors.ts";
import { parseJson } from "../json.ts";
import type { PrivateKey } from "../keys/private_key.ts";
import { type Certificate, certificateFromPem } from "../x509/certificate.ts";

const RenewalShape = v.object({ crt_pem: v.string(), renew_csr_pem: v.string() });

/** A renewal as it was received: `certificate` signed that it wants to go on with the key of `csrPem`. */
export interface RenewalMessage {
  readonly certificate: Certificate;
  readonly csrPem: string;
  readonly message: SignedMessage;
}

/**
 * The holder asks for the next certificate: `key` is the one of `certificatePem`, `csrPem` the request of the new
 * key.
 */
export async function signRenewal(
  { certificatePem, csrPem }: { readonly certificatePem: string; readonly csrPem: string },
  key: PrivateKey,
): Promise<SignedMessage> {
  return await signMessage(JSON.stringify({ crt_pem: certificatePem, renew_csr_pem: csrPem }), key);
}

/**
 * What the body holds. Throws `malformed`; the signature is not checked yet (see `requireHolder`), nor is the
 * request.
 */
export async function readRenewal(body: string): Promise<RenewalMessage> {
  const message = messageFromJson(parseJson(body, "the renewal"));
  if (message.digest === null) throw malformed("the renewal is not signed");
  const payload = v.safeParse(RenewalShape, parseJson(message.payload, "the payload of the renewal"));
  if (!payload.success) throw malformed("the payload of the renewal lacks crt_pem or renew_csr_pem");
  const { crt_pem, renew_csr_pem } = payload.output;
  return { certificate: await certificateFromPem(crt_pem), csrPem: renew_csr_pem, message };
}
