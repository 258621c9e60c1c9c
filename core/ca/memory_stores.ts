/**
 * All three CAs in memory, gone with the process: for tests and trials. It follows the same contract as the database,
 * but looks at every row.
 */
import { MemoryAcme } from "../acme/memory_acme_store.ts";
import { MemoryNotifications } from "../notify/memory_store.ts";
import type { NotifyingStorage } from "../notify/store.ts";
import { CrlEntries } from "../x509/crl_entries.ts";
import type { Attribution, RecordEvent } from "./events.ts";
import { MemoryRegister } from "./memory_register.ts";
import { MemoryCertificates, MemoryInstallations, MemoryRequests, MemoryRows } from "./memory_requests.ts";
import { alreadyRevoked, CLOCK_TOLERANCE, clockRefusal } from "./store_rules.ts";
import type {
  CaName,
  CaStores,
  CrlContent,
  CrlPosition,
  CrlRenewal,
  CrlState,
  IssuerList,
  IssuerStore,
  LaterRecords,
  RecordedEvent,
  Revocation,
  RevocationStore,
  StoredIssuer,
  StoreState,
} from "./stores.ts";

export function createMemoryStores(): NotifyingStorage {
  const recorded: RecordedEvent[] = [];
  const recordOf = (ca: CaName): RecordEvent => (event, { actor, now }) => {
    recorded.push({ id: BigInt(recorded.length + 1), ca, now, actor, event });
  };
  const acme = new MemoryAcme(recordOf("cas"));
  const storesOf = (ca: CaName) => {
    const register = new MemoryRegister();
    const rows = new MemoryRows(ca, { record: recordOf(ca), register, orders: acme.rows });
    if (ca === "cas") acme.useRequests(rows);
    return memoryCaStores(ca, { rows, register, laterThan: (time) => laterThan(recorded, time) });
  };
  const stores = { cau: storesOf("cau"), cas: storesOf("cas"), http_cas: storesOf("http_cas") };
  return {
    ca: (name) => stores[name],
    acme,
    recordRefused(ca, event, by) {
      recorded.push({ id: BigInt(recorded.length + 1), ca, ...by, event });
      return Promise.resolve();
    },
    acceptClock(by) {
      recorded.push({ id: BigInt(recorded.length + 1), ca: "cau", ...by, event: { kind: "clock-accepted" } });
      return Promise.resolve();
    },
    notifications: new MemoryNotifications({
      recorded,
      isWaiting: async (ca, id) => (await stores[ca].requests.pending()).some((request) => request.id === id),
    }),
    events: (after, limit) => Promise.resolve(recorded.slice(Number(after)).slice(0, limit)),
    newestEvent: () => Promise.resolve(BigInt(recorded.length)),
    close: () => Promise.resolve(),
  };
}

/** What the stores of one CA work on. */
interface Parts {
  readonly rows: MemoryRows;
  readonly register: MemoryRegister;
  laterThan(time: number): LaterRecords | undefined;
}

function laterThan(recorded: readonly RecordedEvent[], time: number): LaterRecords | undefined {
  const times = recorded.slice(recorded.findLastIndex(({ event }) => event.kind === "clock-accepted") + 1).map((e) =>
    e.now
  );
  const later = times.filter((each) => each > time);
  if (later.length === 0) return undefined;
  return { first: Math.min(...later), last: Math.max(...later), hasBefore: times.findIndex((each) => each > time) > 0 };
}

function memoryCaStores(name: CaName, { rows, register, laterThan }: Parts): CaStores {
  const issuers = new MemoryIssuers(rows.record);
  const revocations = new MemoryRevocations(rows.record, register);
  let state: StoreState | undefined;
  return {
    name,
    issuers,
    requests: new MemoryRequests(rows),
    certificates: new MemoryCertificates(rows),
    revocations,
    installations: new MemoryInstallations(register, rows.record),
    register,
    state() {
      const now = { issuers: issuers.revision, crl: revocations.crl };
      if (state?.issuers !== now.issuers || state.crl !== now.crl) state = now;
      return Promise.resolve(state);
    },
    requireSigning: (now) =>
      Promise.try(() => {
        const refusal = clockRefusal(now, laterThan(now + CLOCK_TOLERANCE));
        if (refusal !== undefined) throw refusal;
      }),
  };
}

// No method of these awaits anything before it has done all its work: each is atomic.

class MemoryIssuers implements IssuerStore {
  #issuers: readonly StoredIssuer[] = [];
  #changes = 0;

  constructor(private readonly record: RecordEvent) {}

  get revision(): string {
    return `${this.#changes}`;
  }

  list(): Promise<IssuerList> {
    return Promise.resolve({ issuers: this.#issuers, revision: this.revision });
  }

  add(
    { keyIdentifier, ...issuer }: StoredIssuer & { readonly keyIdentifier: string },
    revision: string,
    by: Attribution,
  ): Promise<boolean> {
    if (revision !== this.revision) return Promise.resolve(false);
    this.#change([...this.#issuers, issuer]);
    const { notAfter } = issuer;
    this.record({ kind: "issuer-added", issuer: keyIdentifier, notAfter, imported: false }, by);
    return Promise.resolve(true);
  }

  drop(before: number, by: Attribution): Promise<void> {
    this.#change(this.#issuers.filter(({ notAfter }) => notAfter >= before));
    this.record({ kind: "issuers-dropped", before }, by);
    return Promise.resolve();
  }

  #change(issuers: readonly StoredIssuer[]): void {
    this.#issuers = issuers;
    this.#changes++;
  }
}

class MemoryRevocations implements RevocationStore {
  readonly #revocations = new Map<bigint, Revocation>();
  /** How many there ever were. */
  #made = 0n;
  crl: CrlState = { number: 0n, thisUpdate: undefined };

  constructor(private readonly record: RecordEvent, private readonly register: MemoryRegister) {}

  crlContent(): Promise<CrlContent> {
    const from = this.crl.thisUpdate ?? 0;
    return Promise.resolve(this.#content([...this.#revocations.values()].filter((one) => one.listedUntil >= from)));
  }

  crlContentSince(since: CrlPosition): Promise<CrlContent | undefined> {
    if (since.thisUpdate !== this.crl.thisUpdate) return Promise.resolve(undefined);
    const from = this.crl.thisUpdate ?? 0;
    const newer = Number(this.#made - since.after);
    const made = newer === 0 ? [] : [...this.#revocations.values()].slice(-newer);
    return Promise.resolve(this.#content(made.filter(({ listedUntil }) => listedUntil >= from)));
  }

  isRevoked(serial: bigint): Promise<boolean> {
    return Promise.resolve(this.#revocations.has(serial));
  }

  revoke(revocation: Revocation, by: Attribution): Promise<bigint> {
    const { serial } = revocation;
    if (this.#revocations.has(serial)) return Promise.reject(alreadyRevoked(serial));
    this.#revocations.set(serial, revocation);
    this.#made++;
    this.crl = { ...this.crl, number: this.crl.number + 1n };
    this.register.revoked(revocation, by);
    this.record({ kind: "revoked", serial, crlNumber: this.crl.number }, by);
    return Promise.resolve(this.crl.number);
  }

  renewCrl({ seen, thisUpdate, dropBefore }: CrlRenewal, by: Attribution): Promise<boolean> {
    if (seen !== this.crl.thisUpdate) return Promise.resolve(false);
    for (const { serial, listedUntil } of this.#revocations.values()) {
      if (dropBefore !== undefined && listedUntil < dropBefore) this.#revocations.delete(serial);
    }
    this.crl = { number: this.crl.number + 1n, thisUpdate };
    this.record({ kind: "crl-renewed", crlNumber: this.crl.number, thisUpdate }, by);
    return Promise.resolve(true);
  }

  #content(revocations: readonly Revocation[]): CrlContent {
    const entries = CrlEntries.NONE.with(revocations);
    return { ...this.crl, entries, position: { thisUpdate: this.crl.thisUpdate, after: this.#made } };
  }
}
