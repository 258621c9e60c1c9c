/** Key pairs and CRLs for the tests of this folder, on P-256 as that is quick to make. */
import { encodePem, PEM_LABEL } from "../../core/pem.ts";
import { caSubject, checkCa, prepareCa } from "../../core/profiles/ca_profile.ts";
import { type Certificate, parseCertificate } from "../../core/x509/certificate.ts";
import { buildCrl, CrlEntries } from "../../core/x509/crl_builder.ts";
import { newSerial, signCertificate } from "../../core/x509/tbs_certificate.ts";
import { parsePrivateKeyDer, type PrivateKey } from "../../core/keys/private_key.ts";
import { signerFor } from "../../core/keys/signer.ts";
import { randomBytes } from "../../core/host/random.ts";

export interface TestPair {
  readonly key: PrivateKey;
  readonly keyPem: string;
  readonly certificate: Certificate;
  readonly certificatePem: string;
}

const NOW = 1_795_422_592;

/** A new key, or the one of `same`, with a CA certificate of its own. */
export async function makePair(same?: TestPair): Promise<TestPair> {
  const key = same?.key ?? await makeKey();
  const subject = caSubject("cas", "localhost:8000");
  const order = { subject, publicKey: key.publicKey, now: NOW, lifeSpan: 86_400, serial: newSerial(randomBytes) };
  const der = await signCertificate(checkCa(prepareCa(order), order), await signerFor(key));
  const certificatePem = encodePem(PEM_LABEL.CERTIFICATE, der);
  return {
    key,
    keyPem: encodePem(PEM_LABEL.PKCS8, key.pkcs8),
    certificate: await parseCertificate(der),
    certificatePem,
  };
}

/** A CRL of that CA, PEM. */
export async function makeCrl({ certificate, key }: TestPair, number = 1n): Promise<string> {
  const content = {
    issuer: {
      subject: certificate.subject,
      publicKey: certificate.publicKey,
      keyIdentifier: certificate.keyIdentifier,
    },
    thisUpdate: NOW,
    nextUpdate: NOW + 3600,
    number,
    entries: CrlEntries.NONE,
  };
  return encodePem(PEM_LABEL.CRL, await buildCrl(content, await signerFor(key)));
}

/** A new folder for `action`, removed afterwards. */
export async function inFolder(action: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "caucase-host-" });
  try {
    await action(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Names in the folder, sorted. */
export function namesIn(folder: string): string[] {
  return [...Deno.readDirSync(folder)].map(({ name }) => name).toSorted();
}

/** Permission bits, octal. */
export function modeOf(path: string): string {
  return ((Deno.statSync(path).mode ?? 0) & 0o777).toString(8);
}

async function makeKey(): Promise<PrivateKey> {
  const { privateKey } = await crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, true, ["sign"]);
  return await parsePrivateKeyDer(new Uint8Array(await crypto.subtle.exportKey("pkcs8", privateKey)));
}
