/**
 * Revoking a certificate, body of `PUT crt/revoke`: `{"revoke_crt_pem": …}`, signed by the key of that certificate;
 * the same unsigned, from a user; or unsigned `{"revoke_serial": <integer>}`, for a certificate that nobody has at
 * hand.
 */
import * as v from "valibot";
import { type Message, messageFromJson, type SignedMessage, signMessage, type UnsignedMessage } from "./envelope.ts";
import { malformed } from "../errors.ts";
import { parseJson } from "../json.ts";
import type { PrivateKey } from "../keys/private_key.ts";
import { type Certificate, certificateFromPem } from "../x509/certificate.ts";

const CertificateShape = v.object({ revoke_crt_pem: v.string() });
const SerialShape = v.object({ revoke_serial: v.bigint() });

/** The largest serial number that X.509 has room for, in 20 bytes whose first bit is the sign. */
export const MAX_SERIAL = (1n << 159n) - 1n;

/** Characters of a payload that names a bare serial number: many times what it takes. */
const LONGEST_SERIAL_PAYLOAD = 1024;

/** A revocation by the holder, signed; or by a user, unsigned, of a certificate or of a bare serial number. */
export type RevocationMessage =
  | { readonly by: "holder"; readonly certificate: Certificate; readonly message: SignedMessage }
  | { readonly by: "user"; readonly certificate: Certificate }
  | { readonly by: "user"; readonly serial: bigint };

/** The holder of a certificate revokes it: `key` is the certificate's own. */
export async function holderRevocation(certificatePem: string, key: PrivateKey): Promise<SignedMessage> {
  return await signMessage(certificatePayload(certificatePem), key);
}

/** A user revokes somebody's certificate. */
export function userRevocation(certificatePem: string): UnsignedMessage {
  return { payload: certificatePayload(certificatePem), digest: null };
}

/** A user revokes by serial number, from 0 to `MAX_SERIAL`. */
export function serialRevocation(serial: bigint): UnsignedMessage {
  // Not JSON.stringify(): the number may be larger than a double holds exactly.
  return { payload: `{"revoke_serial": ${serial}}`, digest: null };
}

/** The envelope in the body; whether it is signed decides which sender it needs. Throws `malformed`. */
export function readRevocationEnvelope(body: string): Message {
  return messageFromJson(parseJson(body, "the revocation"));
}

/** What the envelope holds. Throws `malformed`; the signature is not checked yet: see `requireHolder`. */
export async function readRevocation(message: Message): Promise<RevocationMessage> {
  const value = parseJson(message.payload, "the payload of the revocation");
  const named = v.safeParse(CertificateShape, value);
  if (named.success) {
    const certificate = await certificateFromPem(named.output.revoke_crt_pem);
    return message.digest === null ? { by: "user", certificate } : { by: "holder", certificate, message };
  }
  if (message.digest !== null) throw malformed("the payload of the revocation lacks revoke_crt_pem");
  return { by: "user", serial: readSerial(message.payload) };
}

function certificatePayload(certificatePem: string): string {
  return JSON.stringify({ revoke_crt_pem: certificatePem });
}

function readSerial(payload: string): bigint {
  // The reviver recurses, and would be called for every value: short texts only, from any sender.
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
