/** Requests, certificates and revocations for the store's contract. A store never looks into them: any text will do. */
import { utf8 } from "../../core/bytes.ts";
import type { CaStore, NewCertificate, NewRequest, Revocation, Storage } from "../../core/ca/stores.ts";

/** Where all cases start, Unix seconds. */
export const NOW = 1_800_000_000;
export const DAY = 86_400;

/** A store to run the contract on, empty, gone when disposed of. */
export interface StoreUnderTest extends AsyncDisposable {
  readonly storage: Storage;
}

export type OpenStore = () => Promise<StoreUnderTest>;

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
  return { id: BigInt(n), keyId: keyId(n), csr: csrBytes(n), ...limits, now: NOW, ...changes };
}

/** The n-th request with a certificate ready, in case it is among the first `amount`. */
export function firstRequest(n: number, amount: number, changes: Partial<NewRequest> = {}): NewRequest {
  const autoSigned = { certificatePem: `automatic ${n}`, expirationDate: NOW + DAY };
  return newRequest(n, { autoSignAmount: amount, autoSigned, ...changes });
}

export function newCertificate(n: number, changes: Partial<NewCertificate> = {}): NewCertificate {
  const { id, keyId, csr } = newRequest(n);
  return { id, keyId, csr, certificatePem: `certificate ${n}`, expirationDate: NOW + DAY, now: NOW, ...changes };
}

export function revocation(serial: bigint, expirationDate = NOW + 90 * DAY): Revocation {
  return { serial, revocationDate: NOW, expirationDate };
}

/** Ids of what is pending. */
export async function pendingIds(store: CaStore): Promise<readonly bigint[]> {
  return (await store.pending()).map(({ id }) => id);
}

/** The codes with which promises are rejected, "ok" where they are not, in order. */
export async function outcomes(promises: readonly Promise<unknown>[]): Promise<readonly string[]> {
  const settled = await Promise.allSettled(promises);
  return settled.map((one) => (one.status === "fulfilled" ? "ok" : String(one.reason.code)));
}

export function count<T>(values: readonly T[], wanted: T): number {
  return values.filter((value) => value === wanted).length;
}
