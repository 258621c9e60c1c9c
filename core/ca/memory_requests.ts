/** Requests and certificates of one CA in memory, see memory_stores.ts. */
import { type Bytes, equalBytes } from "../bytes.ts";
import type { CaucaseError } from "../errors.ts";
import type { AcmeOrigin, Attribution, RecordEvent } from "./events.ts";
import type { InstallationReport } from "../protocol/installation.ts";
import { judgeReport } from "./installations.ts";
import type { MemoryRegister } from "./memory_register.ts";
import {
  certified,
  COMPARED_AT_MOST,
  duplicateKey,
  hasUniqueKeys,
  issuedEvent,
  pendingRefusal,
  registration,
  type RequestSize,
  tooManyOfKey,
} from "./store_rules.ts";
import type {
  Arrival,
  CaName,
  CertificateStore,
  Installation,
  InstallationStore,
  IssuedRecord,
  NewCertificate,
  NewRequest,
  RegisteredCertificate,
  RequestStore,
  StoredRequest,
} from "./stores.ts";

/** Hears what became of requests that ACME orders wait for, in the same step. */
export interface OrderLedger {
  signed(issued: IssuedRecord, isApproved: boolean, now: number): void;
  rejected(origin: AcmeOrigin | undefined, by: Attribution): void;
}

export interface RowParts {
  readonly record: RecordEvent;
  readonly register: MemoryRegister;
  readonly orders: OrderLedger;
}

/** What both stores work on. Each method is one step of a change that is atomic, as nothing is awaited in between. */
export class MemoryRows {
  readonly #requests = new Map<bigint, StoredRequest>();
  /** How many requests were ever received. */
  received = 0;
  readonly #arrivals = new Map<bigint, Arrival>();

  readonly record: RecordEvent;
  readonly orders: OrderLedger;
  private readonly kept: MemoryRegister;

  constructor(private readonly ca: CaName, { record, register, orders }: RowParts) {
    this.record = record;
    this.kept = register;
    this.orders = orders;
  }

  get(id: bigint): StoredRequest | undefined {
    return this.#requests.get(id);
  }

  set(request: StoredRequest): void {
    this.#requests.set(request.id, request);
  }

  remove(id: bigint): void {
    this.#requests.delete(id);
    this.#arrivals.delete(id);
  }

  pending(): StoredRequest[] {
    return [...this.#requests.values()].filter(isPending).sort((a, b) => (a.id < b.id ? -1 : 1));
  }

  withKey(keyId: string, now: number): StoredRequest[] {
    const found = [...this.#requests.values()].filter((request) => request.keyId === keyId && !isExpired(request, now));
    return found.sort((a, b) => (a.keptUntil ?? Infinity) - (b.keptUntil ?? Infinity) || 0);
  }

  pendingRefusal(request: RequestSize): CaucaseError | undefined {
    return pendingRefusal(sizeOf(this.pending()), request);
  }

  isFull(keyId: string, now: number): boolean {
    return this.withKey(keyId, now).length >= COMPARED_AT_MOST;
  }

  like(keyId: string, csr: Bytes, now: number): StoredRequest[] {
    return this.withKey(keyId, now).filter((request) => equalBytes(request.csr, csr));
  }

  requireNewKey(keyId: string, now: number): void {
    if (hasUniqueKeys(this.ca) && this.withKey(keyId, now).length > 0) throw duplicateKey(keyId);
  }

  removeExpired(now: number): void {
    for (const request of this.#requests.values()) if (isExpired(request, now)) this.#requests.delete(request.id);
  }

  /** Pending ones alone. */
  arrivals(): ReadonlyMap<bigint, Arrival> {
    return new Map([...this.#arrivals].filter(([id]) => this.#requests.get(id)?.certificatePem === undefined));
  }

  arrived(id: bigint, arrival: Arrival): void {
    this.#arrivals.set(id, arrival);
  }

  /** Whether it was pending. */
  reject(id: bigint, by: Attribution): boolean {
    const request = this.get(id);
    if (request === undefined || !isPending(request)) return false;
    this.orders.rejected(this.arrivals().get(id)?.origin, by);
    this.remove(id);
    this.record({ kind: "rejected", id }, by);
    return true;
  }

  register(requestId: bigint, issued: IssuedRecord, by: Attribution): void {
    this.#arrivals.delete(requestId);
    this.kept.add(registration(requestId, issued, by));
    this.record(issuedEvent(requestId, issued), by);
  }

  registered(serial: bigint): RegisteredCertificate | undefined {
    return this.kept.get(serial);
  }

  forgetEnded(before: number): number {
    return this.kept.forgetEnded(before);
  }
}

export class MemoryRequests implements RequestStore {
  #frozenAmount: number | undefined;

  constructor(private readonly rows: MemoryRows) {}

  submit(request: NewRequest): Promise<{ id: bigint; known: boolean }> {
    return Promise.try(() => this.#submit(request));
  }

  find(id: bigint, now: number): Promise<StoredRequest | undefined> {
    const request = this.rows.get(id);
    return Promise.resolve(request && !isExpired(request, now) ? request : undefined);
  }

  findLike(keyId: string, csr: Bytes, now: number): Promise<readonly StoredRequest[]> {
    return Promise.resolve(this.rows.like(keyId, csr, now));
  }

  pending(): Promise<readonly StoredRequest[]> {
    return Promise.resolve(this.rows.pending());
  }

  arrivals(): Promise<ReadonlyMap<bigint, Arrival>> {
    return Promise.resolve(this.rows.arrivals());
  }

  arrival(id: bigint): Promise<Arrival | undefined> {
    return Promise.resolve(this.rows.arrivals().get(id));
  }

  reject(id: bigint, by: Attribution): Promise<boolean> {
    return Promise.resolve(this.rows.reject(id, by));
  }

  receivedCount(): Promise<number> {
    return Promise.resolve(this.rows.received);
  }

  freezeAutoSignAmount(amount: number): Promise<number> {
    return Promise.resolve(this.#frozenAmount ??= amount);
  }

  frozenAutoSignAmount(): Promise<number | undefined> {
    return Promise.resolve(this.#frozenAmount);
  }

  #submit(request: NewRequest): { id: bigint; known: boolean } {
    const { id, keyId, csr, autoSignAmount, by } = request;
    this.rows.removeExpired(by.now);
    const [known] = this.rows.like(keyId, csr, by.now);
    if (known) return { id: known.id, known: true };
    this.rows.requireNewKey(keyId, by.now);
    const autoSigned = this.rows.received < autoSignAmount ? request.autoSigned : undefined;
    const refusal = autoSigned === undefined ? this.rows.pendingRefusal(request) : undefined;
    if (refusal) throw refusal;
    this.rows.received++;
    this.rows.set({ id, keyId, csr, ...certified(autoSigned) });
    this.rows.record({ kind: "requested", id, key: keyId }, by);
    if (autoSigned !== undefined) this.rows.register(id, autoSigned, by);
    else this.rows.arrived(id, by);
    return { id, known: false };
  }
}

export class MemoryCertificates implements CertificateStore {
  constructor(private readonly rows: MemoryRows) {}

  complete(id: bigint, issued: IssuedRecord, by: Attribution): Promise<boolean> {
    const request = this.rows.get(id);
    if (request === undefined || !isPending(request)) return Promise.resolve(false);
    this.rows.set({ ...request, ...certified(issued) });
    this.rows.register(id, issued, by);
    this.rows.orders.signed(issued, by.actor.kind === "user", by.now);
    return Promise.resolve(true);
  }

  add(certificate: NewCertificate): Promise<boolean> {
    return Promise.try(() => {
      const { id, csr, seenLike, by, certificate: { keyId } } = certificate;
      this.rows.removeExpired(by.now);
      if (this.rows.like(keyId, csr, by.now).length !== seenLike) return false;
      this.rows.requireNewKey(keyId, by.now);
      if (this.rows.isFull(keyId, by.now)) throw tooManyOfKey(keyId);
      this.rows.set({ id, keyId, csr, ...certified(certificate) });
      this.rows.register(id, certificate, by);
      return true;
    });
  }

  expireEarlier(id: bigint, keptUntil: number): void {
    const request = this.rows.get(id);
    if (request?.keptUntil !== undefined && request.keptUntil > keptUntil) {
      this.rows.set({ ...request, keptUntil });
    }
  }

  registered(serial: bigint): Promise<RegisteredCertificate | undefined> {
    return Promise.resolve(this.rows.registered(serial));
  }

  forgetEnded(before: number): Promise<number> {
    return Promise.resolve(this.rows.forgetEnded(before));
  }
}

export class MemoryInstallations implements InstallationStore {
  constructor(private readonly register: MemoryRegister, private readonly record: RecordEvent) {}

  report(report: InstallationReport, by: Attribution): Promise<void> {
    return Promise.try(() => {
      const { serial } = report;
      const news = judgeReport(this.register.installations.get(serial), report, by.now);
      if (news === "known") return;
      this.register.installations.set(serial, news.installation);
      for (const event of news.events) this.record(event, by);
    });
  }

  find(serial: bigint): Promise<Installation | undefined> {
    return Promise.resolve(this.register.installations.get(serial));
  }
}

function sizeOf(pending: readonly StoredRequest[]) {
  return { count: pending.length, bytes: pending.reduce((total, { csr }) => total + csr.length, 0) };
}

function isPending({ certificatePem }: StoredRequest): boolean {
  return certificatePem === undefined;
}

function isExpired({ keptUntil }: StoredRequest, now: number): boolean {
  return keptUntil !== undefined && keptUntil < now;
}
