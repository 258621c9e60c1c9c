/**
 * The identity of the HTTPS server: a message in which a CA that clients know vouches for the private CA of the HTTPS
 * listener, which is published nowhere else: `{"ca_pem": …, "https_ca_pem": …}`, signed by the key of `ca_pem`.
 */
import * as v from "valibot";
import { equalBytes } from "../bytes.ts";
import { messageFromJson, messageText, requireHolder, signMessageWith, type VouchingCa } from "./envelope.ts";
import { CaucaseError, malformed } from "../errors.ts";
import { parseJson } from "../json.ts";
import { decodePem, PEM_LABEL } from "../pem.ts";
import { type Certificate, certificateFromPem, parseCertificate } from "../x509/certificate.ts";

const VoucherShape = v.object({ ca_pem: v.string(), https_ca_pem: v.string() });

/** The message as JSON text. `httpsCaPems` are all HTTP CA certificates that are still valid. */
export async function vouchForHttps(
  { certificatePem, messageSigner }: VouchingCa,
  httpsCaPems: readonly string[],
): Promise<string> {
  const payload = JSON.stringify({ ca_pem: certificatePem, https_ca_pem: httpsCaPems.join("") });
  return messageText(await signMessageWith(payload, messageSigner));
}

/**
 * The HTTP CA certificates that `text` vouches for, as PEM, each ready to be a trust anchor for TLS to that server.
 * @param trusted the CA certificates that the reader knows
 * @throws `malformed`; `untrusted` when none of `trusted` vouches for it
 */
export async function readVoucher(text: string, trusted: readonly Certificate[]): Promise<string[]> {
  const message = messageFromJson(parseJson(text, "the voucher for the HTTPS server"));
  if (message.digest === null) throw malformed("the voucher for the HTTPS server is not signed");
  const payload = v.safeParse(VoucherShape, parseJson(message.payload, "the payload of the voucher"));
  if (!payload.success) throw malformed("the payload of the voucher lacks ca_pem or https_ca_pem");
  const voucher = await certificateFromPem(payload.output.ca_pem);
  if (!trusted.some((certificate) => equalBytes(certificate.der, voucher.der))) {
    throw new CaucaseError("untrusted", "a CA that is not known vouches for the HTTPS server");
  }
  await requireHolder(message, voucher);
  return await caCertificates(payload.output.https_ca_pem);
}

async function caCertificates(text: string): Promise<string[]> {
  const blocks = decodePem(text).filter(({ label }) => label === PEM_LABEL.CERTIFICATE);
  const certificates = await Promise.all(blocks.map(({ der }) => parseCertificate(der)));
  if (certificates.length === 0 || !certificates.every(({ isCa }) => isCa)) {
    throw malformed("the voucher holds no certificates of a CA for HTTPS");
  }
  return blocks.map((block) => block.text);
}
