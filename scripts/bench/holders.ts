/** Keys, requests and certificates to measure with, made before any clock starts. */
import { dnsName, subjectAltNameExtension } from "../../core/x509/general_name.ts";
import { commonNameDer } from "../../core/x509/name.ts";
import { buildCsr } from "../../core/x509/csr.ts";
import type { PrivateKey } from "../../core/keys/private_key.ts";
import { type Signer, signerFor } from "../../core/keys/signer.ts";
import { type CaKind, newKeyOf } from "./ca_material.ts";
import { manyRsaKeys } from "./many_rsa_keys.ts";

/** A request for a certificate. */
export interface BenchRequest {
  /** The host that it is for. */
  readonly name: string;
  readonly csrPem: string;
}

/** Who can renew or revoke a certificate. */
export interface BenchHolder {
  readonly key: PrivateKey;
  readonly certificatePem: string;
}

const HOLDER_KEYS = 8;

export function makeHolderKeys(kind: CaKind): Promise<readonly PrivateKey[]> {
  return Promise.all(Array.from({ length: HOLDER_KEYS }, () => newKeyOf(kind)));
}

/** Requests, each for a key that no other has, as hosts make them. */
export async function makeRequests(kind: CaKind, count: number): Promise<readonly BenchRequest[]> {
  const keys = kind === "RSA-2048"
    ? await manyRsaKeys(count)
    : await Promise.all(Array.from({ length: count }, () => newKeyOf(kind)));
  return await Promise.all(
    keys.map(async (key, index) => await requestFor(await signerFor(key), `bench-${index}.example.com`)),
  );
}

/** As many certificates as `count`, their keys shared among `keys`. */
export async function makeHolders(
  obtain: (request: BenchRequest) => Promise<string>,
  { keys, count }: { readonly keys: readonly PrivateKey[]; readonly count: number },
): Promise<readonly BenchHolder[]> {
  const holders: BenchHolder[] = [];
  for (let index = 0; index < count; index++) {
    const key = chosen(keys, index);
    const request = await requestFor(await signerFor(key), `holder-${index}.example.com`);
    holders.push({ key, certificatePem: await obtain(request) });
  }
  return holders;
}

/** One after the other, and from the beginning again. */
export function chosen<T>(list: readonly T[], index: number): T {
  const one = list[index % list.length];
  if (one === undefined) throw new Error("nothing to choose from");
  return one;
}

async function requestFor(signer: Signer, name: string): Promise<BenchRequest> {
  const extensions = [subjectAltNameExtension([dnsName(name)], false)];
  return { name, csrPem: await buildCsr({ subject: commonNameDer(name), extensions }, signer) };
}
