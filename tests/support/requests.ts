/** Requests and messages as clients send them. */
import { type Bytes, utf8 } from "../../core/bytes.ts";
import { messageToJson, signMessage } from "../../core/protocol/envelope.ts";
import { buildCsr } from "../../core/x509/csr.ts";
import { dnsName, subjectAltNameExtension } from "../../core/x509/general_name.ts";
import { commonNameDer } from "../../core/x509/name.ts";
import type { PrivateKey } from "../../core/keys/private_key.ts";
import { signerFor } from "../../core/keys/signer.ts";

/** A request for a host, PEM. */
export async function csrFor(key: PrivateKey, name = "host1"): Promise<Bytes> {
  const extensions = [subjectAltNameExtension([dnsName(`${name}.example.com`)], false)];
  return utf8(await buildCsr({ subject: commonNameDer(name), extensions }, await signerFor(key)));
}

/** Body of `PUT crt/renew`. */
export async function renewalBody(certificatePem: string, key: PrivateKey, csrPem: Bytes): Promise<string> {
  const payload = JSON.stringify({ crt_pem: certificatePem, renew_csr_pem: new TextDecoder().decode(csrPem) });
  return JSON.stringify(messageToJson(await signMessage(payload, key)));
}

/** Body of `PUT crt/revoke` by the holder. */
export async function revocationBody(certificatePem: string, key: PrivateKey): Promise<string> {
  return JSON.stringify(messageToJson(await signMessage(JSON.stringify({ revoke_crt_pem: certificatePem }), key)));
}

/** Body of `PUT crt/revoke` by a user; `payload` is JSON text. */
export function unsignedBody(payload: string): string {
  return JSON.stringify({ payload, digest: null });
}
