/** One CA's part of an SQLite database. Reads see what is committed; writes share commits. */
import { setImmediate } from "node:timers";
import type { Bytes } from "../../../core/bytes.ts";
import type {
  CaName,
  CaStore,
  CrlContent,
  CrlState,
  NewCertificate,
  NewRequest,
  Revocation,
  StoredIssuer,
  StoredRequest,
} from "../../../core/ca/stores.ts";
import { CaucaseError } from "../../../core/errors.ts";
import { IssuerTable } from "./authority_table.ts";
import type { Database } from "./database.ts";
import { NamedValues } from "./named_values.ts";
import { alreadyRevoked, duplicateKey, pendingRefusal, tooManyOfKey } from "../../../core/ca/store_rules.ts";
import { RequestTable } from "./request_table.ts";
import { RevocationTable } from "./revocation_table.ts";
import { hasUniqueKeys } from "../../../core/ca/store_rules.ts";
import type { WriteQueue } from "./write_queue.ts";

export interface SqliteParts {
  readonly database: Database;
  readonly writes: WriteQueue;
  readonly log: (message: string) => void;
}

interface Submitted {
  readonly id: bigint;
  readonly known: boolean;
}

/** How often all revocations are read with pauses, in which they may change. */
const READS_WITH_PAUSES = 3;

// The database is synchronous, and a transaction never spans more than one turn of the event loop: no read can fall into one.
export class SqliteCaStore implements CaStore {
  readonly #writes: WriteQueue;
  readonly #issuers: IssuerTable;
  readonly #requests: RequestTable;
  readonly #revocations: RevocationTable;
  readonly #values: NamedValues;

  constructor(readonly name: CaName, { database, writes, log }: SqliteParts) {
    this.#writes = writes;
    this.#issuers = new IssuerTable(database, name);
    this.#requests = new RequestTable(database, name);
    this.#revocations = new RevocationTable(database, name, log);
    this.#values = new NamedValues(database, name);
  }

  issuers(): Promise<readonly StoredIssuer[]> {
    return Promise.try(() => this.#issuers.list());
  }

  addIssuer(issuer: StoredIssuer): Promise<void> {
    return this.#writes.run(() => this.#issuers.add(issuer));
  }

  dropIssuers(before: number): Promise<void> {
    return this.#writes.run(() => this.#issuers.removeExpired(before));
  }

  submit(request: NewRequest): Promise<Submitted> {
    return unlessRefused(this.#writes.run(() => this.#submit(request)));
  }

  request(id: bigint, now: number): Promise<StoredRequest | undefined> {
    return Promise.try(() => this.#requests.find(id, now));
  }

  requestsLike(keyId: string, csr: Bytes, now: number): Promise<readonly StoredRequest[]> {
    return Promise.try(() => this.#requests.findLike(keyId, csr, now));
  }

  pending(): Promise<readonly StoredRequest[]> {
    return Promise.try(() => this.#requests.pending());
  }

  sign(id: bigint, certificatePem: string, expirationDate: number): Promise<boolean> {
    return this.#writes.run(() => this.#requests.sign(id, certificatePem, expirationDate));
  }

  reject(id: bigint): Promise<boolean> {
    return this.#writes.run(() => this.#requests.reject(id));
  }

  expireEarlier(id: bigint, expirationDate: number): Promise<void> {
    return this.#writes.run(() => this.#requests.expireEarlier(id, expirationDate), { durable: false });
  }

  addCertificate(certificate: NewCertificate): Promise<void> {
    return unlessRefused(this.#writes.run(() => {
      const { keyId, now } = certificate;
      this.#requests.removeExpired(now);
      if (this.#refusesKey(keyId, now)) return duplicateKey(keyId);
      if (this.#requests.isFull(keyId)) return tooManyOfKey(keyId);
      return this.#requests.insert(certificate);
    }));
  }

  receivedCount(): Promise<number> {
    return Promise.try(() => Number(this.#values.counter("received_csr")));
  }

  freezeAutoSignAmount(amount: number): Promise<number> {
    return this.#writes.run(() => {
      this.#values.setAutoSignAmountOnce(amount);
      return this.#values.settleAutoSignAmount() ?? amount;
    });
  }

  frozenAutoSignAmount(): Promise<number | undefined> {
    return Promise.try(() => this.#values.settleAutoSignAmount());
  }

  /** Lets others go on between pages. When something changed meanwhile it reads anew, after a few times without a pause. */
  async crlContent(): Promise<CrlContent> {
    for (let attempt = 1;; attempt++) {
      const state = this.#crlState();
      const revocations: Revocation[] = [];
      for (const page of this.#revocations.pages(state.lastUpdate ?? 0)) {
        if (revocations.length > 0 && attempt <= READS_WITH_PAUSES) await nextTurn();
        for (const revocation of page) revocations.push(revocation);
      }
      const { number, lastUpdate } = this.#crlState();
      if (number === state.number && lastUpdate === state.lastUpdate) return { ...state, revocations };
    }
  }

  isRevoked(serial: bigint): Promise<boolean> {
    return Promise.try(() => this.#revocations.has(serial));
  }

  revoke(revocation: Revocation): Promise<bigint> {
    return unlessRefused(this.#writes.run(() => {
      if (this.#revocations.has(revocation.serial)) return alreadyRevoked(revocation.serial);
      this.#revocations.add(revocation);
      return this.#values.increase("crl_number");
    }));
  }

  renewCrl(lastUpdate: number, dropBefore: number | undefined): Promise<CrlState> {
    return this.#writes.run(() => {
      if (dropBefore !== undefined) this.#revocations.removeExpired(dropBefore);
      this.#values.increase("crl_number");
      this.#values.setCrlLastUpdate(lastUpdate);
      return this.#crlState();
    });
  }

  #crlState(): CrlState {
    return { number: this.#values.counter("crl_number"), lastUpdate: this.#values.crlLastUpdate() };
  }

  /** Refusals are answered and not thrown, so that the removal of expired rows is committed with them. */
  #submit(request: NewRequest): Submitted | CaucaseError {
    const { id, keyId, csr, autoSignAmount, now } = request;
    this.#requests.removeExpired(now);
    const [known] = this.#requests.findLike(keyId, csr, now);
    if (known) return { id: known.id, known: true };
    if (this.#refusesKey(keyId, now)) return duplicateKey(keyId);
    const inTime = this.#values.counter("received_csr") < BigInt(autoSignAmount);
    const autoSigned = inTime ? request.autoSigned : undefined;
    const refusal = autoSigned ? undefined : pendingRefusal(this.#requests.pendingSize(), request);
    if (refusal) return refusal;
    this.#values.increase("received_csr");
    this.#requests.insert({ id, keyId, csr, ...autoSigned });
    return { id, known: false };
  }

  /** An expired row that still is there is none, and must not stand in the way of the new one. */
  #refusesKey(keyId: string, now: number): boolean {
    if (!hasUniqueKeys(this.name)) return false;
    this.#requests.removeExpiredKey(keyId, now);
    return this.#requests.hasKey(keyId, now);
  }
}

/** After what this turn of the event loop still brings. */
function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

async function unlessRefused<T>(outcome: Promise<T | CaucaseError>): Promise<T> {
  const value = await outcome;
  if (value instanceof CaucaseError) throw value;
  return value;
}
