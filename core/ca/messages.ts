/** The signed messages that a CA takes: what their payloads must hold, and whose key must have signed them. */
import * as v from "valibot";
import { messageFromJson, type SignedMessage, type UnsignedMessage, verifyMessage } from "../protocol/envelope.ts";
import { malformed } from "../errors.ts";
import { parseJson } from "../json.ts";
import { type Certificate, certificateFromPem } from "../x509/certificate.ts";

const RenewalShape = v.object({ crt_pem: v.string(), renew_csr_pem: v.string() });
const CertificateShape = v.object({ revoke_crt_pem: v.string() });
const SerialShape = v.object({ revoke_serial: v.bigint() });

/** The largest serial number that X.509 has room for, in 20 bytes whose first bit is the sign. */
export const MAX_SERIAL = (1n << 159n) - 1n;

/** Characters of a payload that names a bare serial number: many times what it takes. */
const LONGEST_SERIAL_PAYLOAD = 1024;

/** A renewal: `certificate` signed that it wants to go on with the key of `csrPem`. */
export interface RenewalMessage {
  readonly certificate: Certificate;
  readonly csrPem: string;
  readonly message: SignedMessage;
}

/** A revocation by the holder, signed; or by a user, unsigned, of a certificate or of a bare serial number. */
export type RevocationMessage =
  | { readonly by: "holder"; readonly certificate: Certificate; readonly message: SignedMessage }
  | { readonly by: "user"; readonly certificate: Certificate }
  | { readonly by: "user"; readonly serial: bigint };

/** The body of `PUT crt/renew`. Throws `malformed`; the signature is not checked yet. */
export async function readRenewal(body: string): Promise<RenewalMessage> {
  const message = messageFromJson(parseJson(body, "the renewal"));
  if (message.digest === null) throw malformed("the renewal is not signed");
  const payload = v.safeParse(RenewalShape, parseJson(message.payload, "the payload of the renewal"));
  if (!payload.success) throw malformed("the payload of the renewal lacks crt_pem or renew_csr_pem");
  const { crt_pem, renew_csr_pem } = payload.output;
  return { certificate: await certificateFromPem(crt_pem), csrPem: renew_csr_pem, message };
}

/** The envelope of `PUT crt/revoke`; whether it is signed decides who must have sent it. Throws `malformed`. */
export function readRevocationEnvelope(body: string): SignedMessage | UnsignedMessage {
  return messageFromJson(parseJson(body, "the revocation"));
}

/** What the envelope holds. Throws `malformed`; the signature is not checked yet. */
export async function readRevocation(message: SignedMessage | UnsignedMessage): Promise<RevocationMessage> {
  const value = parseJson(message.payload, "the payload of the revocation");
  const named = v.safeParse(CertificateShape, value);
  if (named.success) {
    const certificate = await certificateFromPem(named.output.revoke_crt_pem);
    return message.digest === null ? { by: "user", certificate } : { by: "holder", certificate, message };
  }
  if (message.digest !== null) throw malformed("the payload of the revocation lacks revoke_crt_pem");
  return { by: "user", serial: readSerial(message.payload) };
}

/** Throws `untrusted` unless the key of `certificate` signed `message`. */
export async function requireHolder(message: SignedMessage, certificate: Certificate): Promise<void> {
  await verifyMessage(message, certificate.publicKey);
}

function readSerial(payload: string): bigint {
  // The reviver recurses, and would be called for every value: short texts only, whoever sent them.
  const short = payload.length <= LONGEST_SERIAL_PAYLOAD;
  const numbered = v.safeParse(SerialShape, short && JSON.parse(payload, integersAsBigInt));
  if (!numbered.success) {
    throw malformed("the payload of the revocation lacks revoke_crt_pem or an integer revoke_serial");
  }
  const serial = numbered.output.revoke_serial;
  if (serial < 0n || serial > MAX_SERIAL) throw malformed("revoke_serial must be from 0 to 2^159 - 1");
  return serial;
}

/** What is written as an integer, exactly; `1.0` or `4503599627370497.1`, which a double rounds, is none. */
function integersAsBigInt(_key: string, value: unknown, context?: { source?: string }): unknown {
  const source = context?.source;
  return typeof value === "number" && source !== undefined && /^-?\d+$/.test(source) ? BigInt(source) : value;
}
