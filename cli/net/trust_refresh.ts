/** Keeps the stored CA certificates and CRLs up to date. */
import { equalBytes } from "../../core/bytes.ts";
import { CaucaseError } from "../../core/errors.ts";
import { fileError } from "../../core/host/file_error.ts";
import type { TrustStore } from "../../core/host/trust_store.ts";
import { decodePem, PEM_LABEL } from "../../core/pem.ts";
import { followChain, parseChain } from "../../core/protocol/ca_chain.ts";
import { type Certificate, certificateFromPem, certificateToPem } from "../../core/x509/certificate.ts";
import { type CertificateList, crlFromPem, isCrlSignedBy } from "../../core/x509/crl.ts";
import type { ApiClient } from "./api_client.ts";
import { requireFingerprint } from "../ca_fingerprint.ts";

/** What a refresh asks of a server. */
export type TrustApi = Pick<ApiClient, "caCertificate" | "caChain" | "crls" | "serverUrl">;

/** What a refresh found. */
export interface Refreshed<T> {
  /** What is trusted now. */
  readonly current: readonly T[];
  /** Whether the store was changed. */
  readonly changed: boolean;
  /** What of the store was damaged before, so that it told nothing. Never of CA certificates: those are left alone. */
  readonly damage?: CaucaseError | undefined;
}

export interface CaRefresh {
  /** Unix seconds. */
  readonly now: number;
  /**
   * What an empty store may begin with, in the form of `caFingerprint`; whatever the server says, where it is absent.
   */
  readonly fingerprint?: string | undefined;
  /** Whether an empty store may begin without a fingerprint. True unless given. */
  readonly trustOnFirstUse?: boolean;
}

/**
 * Brings the CA certificates in `store` up to date along the server's signed chain. An empty store begins with the CA
 * certificate that the server gives to newcomers.
 * @throws `untrusted` when all stored ones have expired or the first one is not the wanted one, `file` when none is of
 * a CA; nothing is changed then
 */
export async function refreshCaStore(
  api: TrustApi,
  store: TrustStore,
  { now, ...first }: CaRefresh,
): Promise<Refreshed<Certificate>> {
  const stored = await storedIssuers(store);
  return await naming(store, api, async () => {
    const known = stored.length > 0 ? stored : [await firstCa(api, first)];
    const current = await followChain(known, parseChain(await api.caChain()), now);
    return { current, changed: await store.write(current.map(certificateToPem)) };
  });
}

/**
 * Brings the CRLs in `store` up to date. Only those are stored that one of `authorities` signed; of each CA the one
 * with the highest number: so no impostor can make a revocation be forgotten. What is damaged in the store is replaced
 * like what is old: it takes no trust to get it again.
 * @throws `untrusted` when the server has none that any of `authorities` signed
 */
export async function refreshCrlStore(
  api: TrustApi,
  store: TrustStore,
  authorities: readonly Certificate[],
): Promise<Refreshed<string>> {
  const { pems: before, damage } = await store.readIntact();
  return await naming(store, api, async () => {
    const received = await trustedCrls(crlBlocks(await api.crls()), authorities);
    if (received.length === 0) {
      throw new CaucaseError("untrusted", "none of the server's CRLs is signed by a stored CA certificate");
    }
    const stored = await trustedCrls(before, authorities);
    const newest = authorities.flatMap((authority) => newestCrl(authority, [...received, ...stored]) ?? []);
    // Two certificates of one CA key share its CRL.
    const current = [...new Set(newest.map(({ pem }) => pem))];
    return { current, changed: await store.write(current), damage };
  });
}

/** Those in `store`; what else is there (say, in a folder full of certificates) vouches for nothing. */
async function storedIssuers(store: TrustStore): Promise<Certificate[]> {
  const stored = await Promise.all((await store.read()).map((pem) => storedCertificate(pem, store)));
  const authorities = stored.filter(mayBeAuthority);
  if (stored.length === 0 || authorities.length > 0) return authorities;
  throw new CaucaseError("file", `cannot use ${store.path}: no certificate in it is one of a CA`, {
    hint: "where nothing is, the server's CA certificate is stored",
  });
}

async function storedCertificate(pem: string, { path }: TrustStore): Promise<Certificate> {
  try {
    return await certificateFromPem(pem);
  } catch (error) {
    if (error instanceof CaucaseError) throw fileError("use", path, error);
    throw error;
  }
}

/** Also one of the kind that is imported by force: self-signed, but without basicConstraints. */
function mayBeAuthority({ isCa, issuer, subject }: Certificate): boolean {
  return isCa || equalBytes(issuer, subject);
}

/** The CA certificate of an empty store: over plain HTTP, so trusted on first use unless its fingerprint is known. */
async function firstCa(
  api: TrustApi,
  { fingerprint, trustOnFirstUse = true }: Omit<CaRefresh, "now">,
): Promise<Certificate> {
  if (fingerprint === undefined && !trustOnFirstUse) {
    throw new CaucaseError("untrusted", "no fingerprint was given for its first CA certificate", {
      hint: "if one CA's is given, the other's must be too",
    });
  }
  const certificate = await certificateFromPem(await api.caCertificate());
  if (!certificate.isCa) throw new CaucaseError("untrusted", "the server's CA certificate is not one of a CA");
  if (fingerprint !== undefined) await requireFingerprint(certificate, fingerprint);
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
    const crl = crlFromPem(pem);
    for (const authority of authorities) {
      if (await isCrlSignedBy(crl, authority)) found.push({ authority, crl, pem });
    }
  }
  return found;
}

/** The CRL of `authority` with the highest number; the first of several. */
function newestCrl(authority: Certificate, crls: readonly TrustedCrl[]): TrustedCrl | undefined {
  return crls.filter((one) => one.authority === authority)
    .reduce<TrustedCrl | undefined>(
      (best, one) => best === undefined || numberOf(one.crl) > numberOf(best.crl) ? one : best,
      undefined,
    );
}

function crlBlocks(text: string): string[] {
  return decodePem(text).filter(({ label }) => label === PEM_LABEL.CRL).map((block) => block.text);
}

function numberOf({ number = -1n }: CertificateList): bigint {
  return number;
}

/** Adds to errors what they are about, where they do not name it themselves. */
async function naming<T>(store: TrustStore, { serverUrl }: TrustApi, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    if (!(error instanceof CaucaseError) || ["file", "unreachable", "refused"].includes(error.code)) throw error;
    throw new CaucaseError(
      error.code,
      `cannot update ${store.path} from ${serverUrl}: ${error.message}`,
      error.details,
    );
  }
}
