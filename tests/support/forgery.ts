import { encodePem, PEM_LABEL } from "../../core/pem.ts";
import { signerFor } from "../../core/keys/signer.ts";
import type { Credentials, Holder } from "./desk.ts";
import type { SeededCa } from "./seeded_issuers.ts";
import { certificateDer } from "./structures.ts";

/**
 * The holder's certificate as `ca` would sign it: the same issuer's name and key identifier, serial number, dates, key and
 * extensions, only the signature is another's.
 */
export async function forge(ca: SeededCa, { certificate, key }: Holder): Promise<Credentials> {
  const { serial, subject, issuer, publicKey: { spki }, notBefore, notAfter, extensions } = certificate;
  const wanted = { serial, subject, issuer, spki, notBefore, notAfter, extensions };
  return { key, cert: encodePem(PEM_LABEL.CERTIFICATE, await certificateDer(await signerFor(ca.key), wanted)) };
}
