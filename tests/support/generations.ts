/** CA certificates that follow one another, what they sign, and the chain that leads from one to the next. */
import { messageToJson, signMessage } from "../../core/protocol/envelope.ts";
import { encodePem, PEM_LABEL } from "../../core/pem.ts";
import { linkPayload } from "../../core/protocol/ca_chain.ts";
import { caSubject, checkCa, prepareCa } from "../../core/profiles/ca_profile.ts";
import { type Certificate, certificateToPem, parseCertificate } from "../../core/x509/certificate.ts";
import { buildCrl, CrlEntries } from "../../core/x509/crl_builder.ts";
import { newSerial, signCertificate, type SubjectKey } from "../../core/x509/tbs_certificate.ts";
import { checkLeaf, prepareLeaf } from "../../core/profiles/leaf_profile.ts";
import type { PrivateKey } from "../../core/keys/private_key.ts";
import { signerFor } from "../../core/keys/signer.ts";
import { leafOrder, LIFE_SPAN, random } from "./issuing.ts";
import { newKey } from "./keys.ts";

export interface Generation {
  readonly key: PrivateKey;
  readonly certificate: Certificate;
  readonly pem: string;
}

/** A CA certificate made at `now`, good for 4 L. Times are Unix seconds. */
export async function newGeneration(now: number): Promise<Generation> {
  const key = await newKey("P-256");
  const subject = caSubject("cas", "ca.example.com:8009");
  const order = { subject, publicKey: key.publicKey, now, lifeSpan: 4 * LIFE_SPAN, serial: newSerial(random) };
  const certificate = await parseCertificate(
    await signCertificate(checkCa(prepareCa(order), order), await signerFor(key)),
  );
  return { key, certificate, pem: certificateToPem(certificate) };
}

/** The chain as a server hands it out, JSON. */
export async function chainOf(generations: readonly Generation[]): Promise<string> {
  const links = generations.slice(1).map(async (next, index) => {
    const old = generations[index] ?? next;
    return messageToJson(await signMessage(linkPayload(old.pem, next.pem), old.key));
  });
  return JSON.stringify(await Promise.all(links));
}

/** A CRL without entries of that CA, PEM. */
export async function crlOf({ certificate, key }: Generation, number: bigint): Promise<string> {
  const thisUpdate = certificate.notBefore;
  const content = {
    issuer: certificate,
    thisUpdate,
    nextUpdate: thisUpdate + LIFE_SPAN,
    number,
    entries: CrlEntries.NONE,
  };
  return encodePem(PEM_LABEL.CRL, await buildCrl(content, await signerFor(key)));
}

/** A certificate for a service, good for L from `now`. */
export async function leafOf(
  { certificate, key }: Generation,
  publicKey: SubjectKey,
  now = certificate.notBefore + 10,
): Promise<Certificate> {
  const order = { ...leafOrder(certificate, publicKey), now };
  return await parseCertificate(await signCertificate(checkLeaf(prepareLeaf(order), order), await signerFor(key)));
}
