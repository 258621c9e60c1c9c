/** Certificates that say what somebody else's do. */
import { encodePem, PEM_LABEL } from "../../core/pem.ts";
import { signerFor } from "../../core/keys/signer.ts";
import { type Holder, holderOf } from "./desk.ts";
import type { TestCa } from "./issuing.ts";
import { certificateDer } from "./structures.ts";

/**
 * All that the certificate of `original` says, as `ca` would sign it: the issuer's name and key identifier, serial
 * number, dates and extensions are the same. The signature is another's, and the key where one is given.
 */
export async function forge(
  ca: Pick<TestCa, "key">,
  { certificate, privateKey }: Holder,
  key = privateKey,
): Promise<Holder> {
  const { serial, subject, issuer, notBefore, notAfter, extensions } = certificate;
  const wanted = { serial, subject, issuer, notBefore, notAfter, extensions, spki: key.publicKey.spki };
  return await holderOf(key, encodePem(PEM_LABEL.CERTIFICATE, await certificateDer(await signerFor(ca.key), wanted)));
}
