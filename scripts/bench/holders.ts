/** Keys, requests and certificates to measure with, made before any clock starts. */
import { commonNameDer } from "../../core/x509/name.ts";
import { buildCsr } from "../../core/x509/csr.ts";
import { generateRsaKey } from "../../core/host/generate_key.ts";
import { parsePrivateKeyDer, type PrivateKey } from "../../core/keys/private_key.ts";
import { signerFor } from "../../core/keys/signer.ts";

/** Holders, who can renew or revoke their certificates. */
export interface BenchHolder {
  readonly key: PrivateKey;
  readonly certificatePem: string;
}

/** RSA, as the reference verifies no other signatures of holders. */
const HOLDER_KEYS = 8;
const HOLDER_BITS = 2048;

export function makeHolderKeys(): Promise<readonly PrivateKey[]> {
  return Promise.all(Array.from({ length: HOLDER_KEYS }, () => generateRsaKey(HOLDER_BITS)));
}

/** Requests, PEM, each for another P-256 key: RSA keys would take longer to make than everything else. */
export function makeRequests(count: number): Promise<readonly string[]> {
  return Promise.all(
    Array.from({ length: count }, async (_, index) => await csrFor(await newEcKey(), `bench ${index}`)),
  );
}

/** As many certificates as `count`, their keys shared among `keys`. */
export async function makeHolders(
  url: string,
  { keys, count }: { readonly keys: readonly PrivateKey[]; readonly count: number },
): Promise<readonly BenchHolder[]> {
  const holders: BenchHolder[] = [];
  for (let index = 0; index < count; index++) {
    const key = keys[index % keys.length];
    if (key === undefined) throw new Error("holders need a key");
    holders.push({ key, certificatePem: await obtain(url, await csrFor(key, `holder ${index}`)) });
  }
  return holders;
}

async function csrFor(key: PrivateKey, commonName: string): Promise<string> {
  return await buildCsr({ subject: commonNameDer(commonName), extensions: [] }, await signerFor(key));
}

async function newEcKey(): Promise<PrivateKey> {
  const pair = await crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, true, ["sign", "verify"]);
  return await parsePrivateKeyDer(new Uint8Array(await crypto.subtle.exportKey("pkcs8", pair.privateKey)));
}

/** Sends a request to a server that signs at once, and fetches the certificate. */
async function obtain(url: string, csrPem: string): Promise<string> {
  const headers = { "Content-Type": "application/pkcs10" };
  const sent = await fetch(`${url}/cas/csr`, { method: "PUT", headers, body: csrPem });
  await sent.body?.cancel();
  const fetched = await fetch(`${url}/cas/crt/${sent.headers.get("Location")}`);
  const text = await fetched.text();
  if (sent.status !== 201 || fetched.status !== 200) {
    throw new Error(`no certificate for a request: ${sent.status}, then ${fetched.status} ${text}`);
  }
  return text;
}
