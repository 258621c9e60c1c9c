/** Requests, certificates and revocations for the store's contract. A store never looks into them: any text will do. */
import { joinBytes, utf8 } from "../../core/bytes.ts";
import type { Attribution } from "../../core/ca/events.ts";
import type {
  CaStores,
  CrlState,
  IssuedRecord,
  NewCertificate,
  NewRequest,
  Revocation,
  Storage,
  StoredIssuer,
} from "../../core/ca/stores.ts";
import type { CrlEntries } from "../../core/x509/crl_entries.ts";
import { RevokedEntries, type RevokedEntry } from "../../core/x509/revoked_entries.ts";

/** Where all cases start, Unix seconds. */
export const NOW = 1_800_000_000;
export const DAY = 86_400;

/** Who does everything in these cases, and when. */
export const BY: Attribution = { actor: { kind: "user", issuer: "ab".repeat(20), serial: 2n ** 120n }, now: NOW };

/** A store to run the contract on, empty, gone when disposed of. */
export interface StoreUnderTest extends AsyncDisposable {
  readonly storage: Storage;
}

export type OpenStore = () => Promise<StoreUnderTest>;

/** Case by title; the title begins with the method and says what it does when. */
export type Cases = Readonly<Record<string, (storage: Storage) => Promise<void>>>;

/** A key identifier of its own for each `n`. */
export function keyId(n: number): string {
  return n.toString(16).padStart(40, "0");
}

export function csrBytes(n: number) {
  return utf8(`text before\r\n-----BEGIN NEW CERTIFICATE REQUEST-----\nrequest ${n}\n-----END…`);
}

/** The n-th request: id, key and bytes differ from all others'. Nothing is signed automatically. */
export function newRequest(n: number, changes: Partial<NewRequest> = {}): NewRequest {
  const limits = { maxPending: 50, maxPendingBytes: 1_000_000, autoSignAmount: 0 };
  return { id: BigInt(n), keyId: keyId(n), csr: csrBytes(n), ...limits, by: BY, ...changes };
}

/** The n-th request with a certificate ready, in case it is among the first `amount`. */
export function firstRequest(n: number, amount: number, changes: Partial<NewRequest> = {}): NewRequest {
  const autoSigned = issuedRecord(`automatic ${n}`, { keyId: keyId(n) });
  return newRequest(n, { autoSignAmount: amount, autoSigned, ...changes });
}

let lastSerial = 2n ** 100n;

/** What a certificate's record may differ in. */
interface RecordChanges {
  readonly serial?: bigint;
  readonly keyId?: string;
  readonly keptUntil?: number;
}

/** A certificate whose PEM is `pem`, automatically signed, with a serial number of its own. */
export function issuedRecord(pem: string, changes: RecordChanges = {}): IssuedRecord {
  const { keptUntil = NOW + DAY, ...rest } = changes;
  const certificate = {
    der: utf8(pem),
    pem,
    serial: ++lastSerial,
    notBefore: NOW - 10,
    notAfter: NOW + 93 * DAY,
    issuer: "cd".repeat(20),
    keyId: keyId(0),
    profile: "leaf",
    ...rest,
  } as const;
  return { certificate, origin: { kind: "automatic" }, keptUntil };
}

/** The n-th request with a certificate, which renews another. */
export function newCertificate(
  n: number,
  changes: Partial<Pick<NewCertificate, "id" | "csr" | "seenLike" | "by">> & RecordChanges = {},
): NewCertificate {
  const { keyId: key = keyId(n), serial, keptUntil, ...rest } = changes;
  const record = issuedRecord(`certificate ${n}`, {
    keyId: key,
    ...(serial !== undefined && { serial }),
    ...(keptUntil !== undefined && { keptUntil }),
  });
  const { id, csr } = newRequest(n);
  return { id, csr, seenLike: 0, by: BY, ...record, origin: { kind: "renewal", of: 7n }, ...rest };
}

/** The n-th CA certificate. */
export function newIssuer(n: number): StoredIssuer & { readonly keyIdentifier: string } {
  return {
    notAfter: NOW + n,
    key: { kind: "pem", pem: `-----BEGIN RSA PRIVATE KEY-----\n${n}\n` },
    certificatePem: `CA ${n}\n`,
    keyIdentifier: keyId(n),
  };
}

/** Adds a CA certificate to those that there are. */
export async function addIssuer(store: CaStores, issuer: StoredIssuer & { readonly keyIdentifier: string }) {
  return await store.issuers.add(issuer, (await store.issuers.list()).revision, BY);
}

/** Renews the CRL from where it is; the state after that. */
export async function renewCrl(store: CaStores, thisUpdate: number, dropBefore?: number): Promise<CrlState> {
  const { crl } = await store.state();
  await store.revocations.renewCrl({ seen: crl.thisUpdate, thisUpdate, dropBefore }, BY);
  return (await store.state()).crl;
}

export function revocation(serial: bigint, listedUntil = NOW + 90 * DAY): Revocation {
  return { serial, revocationDate: NOW, listedUntil };
}

/** As a CRL lists a `revocation`. */
export function listed(serial: bigint): RevokedEntry {
  return { serial, revocationDate: NOW };
}

/** What the CRL must say, without the place to go on from. */
export async function crlContent(store: CaStores) {
  const { number, thisUpdate, entries } = await store.revocations.crlContent();
  return { number, thisUpdate, revocations: listedIn(entries) };
}

export function listedIn(entries: CrlEntries): readonly RevokedEntry[] {
  return [...new RevokedEntries(joinBytes(entries.pieces()), "the content of a CRL")];
}

/** Ids of what is pending. */
export async function pendingIds(store: CaStores): Promise<readonly bigint[]> {
  return (await store.requests.pending()).map(({ id }) => id);
}

/** The codes with which promises are rejected, "ok" where they are not, in order. */
export async function outcomes(promises: readonly Promise<unknown>[]): Promise<readonly string[]> {
  const settled = await Promise.allSettled(promises);
  return settled.map((one) => (one.status === "fulfilled" ? "ok" : String(one.reason.code)));
}

export function count<T>(values: readonly T[], wanted: T): number {
  return values.filter((value) => value === wanted).length;
}
