/** Keeps the stored CA certificates and CRLs up to date. */
import { CaucaseError } from "../core/errors.ts";
import type { TrustStore } from "../core/host/trust_store.ts";
import { decodePem, PEM_LABEL } from "../core/pem.ts";
import { followChain, parseChain } from "../core/trust.ts";
import { type Certificate, certificateFromPem, certificateToPem } from "../core/x509/certificate.ts";
import { type CertificateList, isCrlSignedBy, parseCrl } from "../core/x509/crl.ts";
import type { ApiClient } from "./api_client.ts";

/** What a refresh found. */
export interface Refreshed<T> {
  /** What is trusted now. */
  readonly current: readonly T[];
  /** Whether the store was changed. */
  readonly changed: boolean;
}

/**
 * Brings the CA certificates in `store` up to date along the server's signed chain. An empty store trusts what the server
 * says first.
 * @throws `untrusted` when all stored ones have expired; nothing is changed then
 */
export async function refreshCaStore(api: ApiClient, store: TrustStore, now: number): Promise<Refreshed<Certificate>> {
  const stored = await Promise.all((await store.read()).map(certificateFromPem));
  const known = stored.length > 0 ? stored : [await firstCa(api)];
  const current = await followChain(known, parseChain(await api.caChain()), now);
  return { current, changed: await store.write(current.map(certificateToPem)) };
}

/**
 * Brings the CRLs in `store` up to date. Only those are stored that one of `authorities` signed; one with a lower number than
 * the stored one of the same CA never replaces it.
 * @throws `untrusted` when the server has none that any of `authorities` signed
 */
export async function refreshCrlStore(
  api: ApiClient,
  store: TrustStore,
  authorities: readonly Certificate[],
): Promise<Refreshed<string>> {
  const received = await trustedCrls(crlBlocks(await api.crls()), authorities);
  if (received.length === 0) {
    throw new CaucaseError("untrusted", "none of the server's CRLs is signed by a stored CA certificate");
  }
  const stored = await trustedCrls(await store.read(), authorities);
  const current = received.map((fresh) => {
    const older = stored.find(({ authority }) => authority === fresh.authority);
    return older !== undefined && numberOf(older.crl) > numberOf(fresh.crl) ? older.pem : fresh.pem;
  });
  return { current, changed: await store.write(current) };
}

/** The CA certificate of an empty store: over plain HTTP, so trusted on first use. */
async function firstCa(api: ApiClient): Promise<Certificate> {
  const certificate = await certificateFromPem(await api.caCertificate());
  if (!certificate.isCa) throw new CaucaseError("untrusted", "the server's CA certificate is not one of a CA");
  return certificate;
}

interface TrustedCrl {
  readonly authority: Certificate;
  readonly crl: CertificateList;
  readonly pem: string;
}

/** Those that one of `authorities` signed, each with its signer. */
async function trustedCrls(pems: readonly string[], authorities: readonly Certificate[]): Promise<TrustedCrl[]> {
  const found: TrustedCrl[] = [];
  for (const pem of pems) {
    const [block] = decodePem(pem);
    if (block === undefined) continue;
    const crl = parseCrl(block.der);
    for (const authority of authorities) {
      if (await isCrlSignedBy(crl, authority)) found.push({ authority, crl, pem });
    }
  }
  return found;
}

function crlBlocks(text: string): string[] {
  return decodePem(text).filter(({ label }) => label === PEM_LABEL.CRL).map((block) => block.text);
}

function numberOf({ number = -1n }: CertificateList): bigint {
  return number;
}
