/**
 * All three CAs in memory, gone with the process: for tests and trials. It follows the same contract as the database, but looks
 * at every row.
 */
import { type Bytes, equalBytes } from "../bytes.ts";
import type {
  CaName,
  CaStore,
  CrlContent,
  CrlState,
  NewCertificate,
  NewRequest,
  Revocation,
  Storage,
  StoredIssuer,
  StoredRequest,
} from "./stores.ts";
import {
  alreadyRevoked,
  COMPARED_AT_MOST,
  duplicateKey,
  hasUniqueKeys,
  pendingRefusal,
  type PendingSize,
  tooManyOfKey,
} from "./store_rules.ts";

export function createMemoryStores(): Storage {
  const stores = {
    cau: new MemoryStores("cau"),
    cas: new MemoryStores("cas"),
    http_cas: new MemoryStores("http_cas"),
  };
  return { ca: (name) => stores[name], close: () => Promise.resolve() };
}

// No method awaits anything before it has done all its work: each is atomic.
class MemoryStores implements CaStore {
  #issuers: readonly StoredIssuer[] = [];
  readonly #requests = new Map<bigint, StoredRequest>();
  readonly #revocations = new Map<bigint, Revocation>();
  #crl: CrlState = { number: 0n, lastUpdate: undefined };
  #received = 0;
  #frozenAmount: number | undefined;

  constructor(readonly name: CaName) {}

  issuers(): Promise<readonly StoredIssuer[]> {
    return Promise.resolve(this.#issuers);
  }

  addIssuer(issuer: StoredIssuer): Promise<void> {
    this.#issuers = [...this.#issuers, issuer];
    return Promise.resolve();
  }

  dropIssuers(before: number): Promise<void> {
    this.#issuers = this.#issuers.filter(({ expirationDate }) => expirationDate >= before);
    return Promise.resolve();
  }

  submit(request: NewRequest): Promise<{ id: bigint; known: boolean }> {
    return Promise.try(() => this.#submit(request));
  }

  request(id: bigint, now: number): Promise<StoredRequest | undefined> {
    const request = this.#requests.get(id);
    return Promise.resolve(request && !isExpired(request, now) ? request : undefined);
  }

  requestsLike(keyId: string, csr: Bytes, now: number): Promise<readonly StoredRequest[]> {
    return Promise.resolve(this.#withKey(keyId, now).filter((request) => equalBytes(request.csr, csr)));
  }

  pending(): Promise<readonly StoredRequest[]> {
    return Promise.resolve(this.#pending().sort((a, b) => (a.id < b.id ? -1 : 1)));
  }

  sign(id: bigint, certificatePem: string, expirationDate: number): Promise<boolean> {
    const request = this.#requests.get(id);
    if (request === undefined || !isPending(request)) return Promise.resolve(false);
    this.#requests.set(id, { ...request, certificatePem, expirationDate });
    return Promise.resolve(true);
  }

  reject(id: bigint): Promise<boolean> {
    const request = this.#requests.get(id);
    return Promise.resolve(request !== undefined && isPending(request) && this.#requests.delete(id));
  }

  expireEarlier(id: bigint, expirationDate: number): Promise<void> {
    const request = this.#requests.get(id);
    if (request?.expirationDate !== undefined && request.expirationDate > expirationDate) {
      this.#requests.set(id, { ...request, expirationDate });
    }
    return Promise.resolve();
  }

  addCertificate(certificate: NewCertificate): Promise<void> {
    return Promise.try(() => {
      const { id, keyId, csr, certificatePem, expirationDate, now } = certificate;
      this.#removeExpired(now);
      this.#requireNewKey(keyId, now);
      if (this.#withKey(keyId, now).length >= COMPARED_AT_MOST) throw tooManyOfKey(keyId);
      this.#requests.set(id, { id, keyId, csr, certificatePem, expirationDate });
    });
  }

  receivedCount(): Promise<number> {
    return Promise.resolve(this.#received);
  }

  freezeAutoSignAmount(amount: number): Promise<number> {
    return Promise.resolve(this.#frozenAmount ??= amount);
  }

  frozenAutoSignAmount(): Promise<number | undefined> {
    return Promise.resolve(this.#frozenAmount);
  }

  crlContent(): Promise<CrlContent> {
    const from = this.#crl.lastUpdate ?? 0;
    const revocations = [...this.#revocations.values()].filter(({ expirationDate }) => expirationDate >= from);
    return Promise.resolve({ ...this.#crl, revocations });
  }

  isRevoked(serial: bigint): Promise<boolean> {
    return Promise.resolve(this.#revocations.has(serial));
  }

  revoke(revocation: Revocation): Promise<bigint> {
    if (this.#revocations.has(revocation.serial)) return Promise.reject(alreadyRevoked(revocation.serial));
    this.#revocations.set(revocation.serial, revocation);
    this.#crl = { ...this.#crl, number: this.#crl.number + 1n };
    return Promise.resolve(this.#crl.number);
  }

  renewCrl(lastUpdate: number, dropBefore: number | undefined): Promise<CrlState> {
    for (const { serial, expirationDate } of this.#revocations.values()) {
      if (dropBefore !== undefined && expirationDate < dropBefore) this.#revocations.delete(serial);
    }
    this.#crl = { number: this.#crl.number + 1n, lastUpdate };
    return Promise.resolve(this.#crl);
  }

  #submit(request: NewRequest): { id: bigint; known: boolean } {
    const { id, keyId, csr, autoSignAmount, now } = request;
    this.#removeExpired(now);
    const known = this.#withKey(keyId, now).find((other) => equalBytes(other.csr, csr));
    if (known) return { id: known.id, known: true };
    this.#requireNewKey(keyId, now);
    const { certificatePem, expirationDate } = (this.#received < autoSignAmount && request.autoSigned) || {};
    const refusal = certificatePem === undefined ? pendingRefusal(this.#pendingSize(), request) : undefined;
    if (refusal) throw refusal;
    this.#received++;
    this.#requests.set(id, { id, keyId, csr, certificatePem, expirationDate });
    return { id, known: false };
  }

  #requireNewKey(keyId: string, now: number): void {
    if (hasUniqueKeys(this.name) && this.#withKey(keyId, now).length > 0) throw duplicateKey(keyId);
  }

  #withKey(keyId: string, now: number): StoredRequest[] {
    const found = [...this.#requests.values()].filter((request) => request.keyId === keyId && !isExpired(request, now));
    return found.sort((a, b) => (a.expirationDate ?? Infinity) - (b.expirationDate ?? Infinity) || 0);
  }

  #pending(): StoredRequest[] {
    return [...this.#requests.values()].filter(isPending);
  }

  #pendingSize(): PendingSize {
    const pending = this.#pending();
    return { count: pending.length, bytes: pending.reduce((total, { csr }) => total + csr.length, 0) };
  }

  #removeExpired(now: number): void {
    for (const request of this.#requests.values()) if (isExpired(request, now)) this.#requests.delete(request.id);
  }
}

function isPending({ certificatePem }: StoredRequest): boolean {
  return certificatePem === undefined;
}

function isExpired({ expirationDate }: StoredRequest, now: number): boolean {
  return expirationDate !== undefined && expirationDate < now;
}
