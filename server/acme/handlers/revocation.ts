/** Revoking (RFC 8555 7.6), in three ways: by the account that ordered, by one that holds the names, by the key. */
import * as v from "valibot";
import { fromBase64url } from "../../../core/acme/json_web_key.ts";
import { AcmeProblem } from "../../../core/acme/problem.ts";
import { readRevocationReason } from "../../../core/acme/revocation_reason.ts";
import { CaucaseError } from "../../../core/errors.ts";
import { type Certificate, parseCertificate } from "../../../core/x509/certificate.ts";
import type { Answer } from "../../http/exchange.ts";
import type { AccountCall, AcmeHandlers, KeyCall } from "../call.ts";
import { noSuch, readPayload } from "../payload.ts";

export const REVOCATION_HANDLERS: Pick<AcmeHandlers, "revoke"> = { revoke: () => revoke };

const RevokeShape = v.object({ certificate: v.string(), reason: v.optional(v.unknown()) });

async function revoke(call: KeyCall | AccountCall): Promise<Answer> {
  const { payload, accounts: { revocation }, stores, now } = call;
  const { certificate: written, reason: code } = readPayload(RevokeShape, payload, "a revocation");
  const reason = readRevocationReason(code);
  const certificate = await readCertificate(written);
  // Not every certificate of ours has a key that the rest could compare.
  if (await stores.certificates.registered(certificate.serial) === undefined) throw noSuch("certificate");
  const wanted = { certificate, reason, now };
  await ("account" in call
    ? revocation.byAccount(call.account, wanted)
    : revocation.byKey(call.key.thumbprint, wanted));
  return { status: 200 };
}

async function readCertificate(written: string): Promise<Certificate> {
  const der = fromBase64url(written);
  if (der === undefined) throw new AcmeProblem("malformed", "the certificate is not DER in base64url");
  try {
    return await parseCertificate(der);
  } catch (cause) {
    if (!(cause instanceof CaucaseError)) throw cause;
    throw new AcmeProblem("malformed", "this is no certificate", { cause });
  }
}
