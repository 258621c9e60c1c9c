/** One CA's part of an SQLite database. Reads see what is committed; writes share commits. */
import type {
  CaName,
  CaStores,
  CertificateStore,
  InstallationStore,
  IssuerStore,
  RequestStore,
  RevocationStore,
  StoreState,
} from "../../../core/ca/stores.ts";
import type { RegisterStore } from "../../../core/ca/register.ts";
import type { AcmeStore } from "../../../core/acme/stores.ts";
import { SqliteAcme } from "./acme_store.ts";
import { SqliteCertificates } from "./certificate_store.ts";
import type { Database } from "./database.ts";
import { SqliteInstallations } from "./installation_store.ts";
import { IssuerTable, SqliteIssuers } from "./issuer_store.ts";
import { RegisterFeed } from "./register_feed.ts";
import { RegisterKeeper } from "./register_keeper.ts";
import { fillRegister } from "./register_filling.ts";
import { SqliteRegister } from "./register_store.ts";
import { RequestTable, SqliteRequests } from "./request_store.ts";
import { SqliteRevocations } from "./revocation_store.ts";
import { RevocationTable } from "./revocation_table.ts";
import { type ImportedCrls, type Inheritance, type InheritingTables, takeOver } from "./take_over.ts";
import { type SqliteParts, Transactions } from "./transactions.ts";

// The database is synchronous, and a transaction never spans more than one turn of the event loop: no read can fall
// into one.
export class SqliteCaStores implements CaStores {
  readonly issuers: IssuerStore;
  readonly requests: RequestStore;
  readonly certificates: CertificateStore;
  readonly revocations: RevocationStore;
  readonly installations: InstallationStore;
  readonly register: RegisterStore;
  readonly #requestTable: RequestTable;
  readonly #inheriting: InheritingTables;
  readonly #transactions: Transactions;
  readonly #database: Database;
  readonly #feed: RegisterFeed;
  readonly #keeper: RegisterKeeper;
  #state: { readonly version: string; readonly value: StoreState } | undefined;

  constructor(readonly name: CaName, parts: SqliteParts, feed: RegisterFeed) {
    const { database, log } = parts;
    const transactions = new Transactions(name, parts);
    const requests = new RequestTable(database, name);
    const issuers = new IssuerTable(database, name);
    const revocations = new RevocationTable(database, name, log);
    this.#inheriting = { issuers, revocations, transactions };
    this.#transactions = transactions;
    this.#requestTable = requests;
    this.#database = database;
    this.#feed = feed;
    this.#keeper = new RegisterKeeper({ database, segments: feed.segments, writes: parts.writes });
    this.issuers = new SqliteIssuers(issuers, transactions);
    this.requests = new SqliteRequests(requests, transactions);
    this.certificates = new SqliteCertificates(name, { requests, transactions, feed });
    this.revocations = new SqliteRevocations(revocations, transactions);
    this.installations = new SqliteInstallations(transactions);
    this.register = new SqliteRegister(name, feed, transactions);
  }

  state(): Promise<StoreState> {
    return this.#transactions.readState(() => {
      // The first tells of all other connections, the second of this one.
      const version = `${this.#database.get("PRAGMA data_version")?.["data_version"]} ${this.#transactions.changes}`;
      if (this.#state?.version !== version) {
        const value = { issuers: this.#inheriting.issuers.revision(), crl: this.#transactions.crlState() };
        this.#state = { version, value };
      }
      return this.#state.value;
    });
  }

  /** Of all CAs. */
  async indexRegister(): Promise<void> {
    await this.#keeper.keep();
    await this.#feed.refresh();
  }

  /** See register_filling.ts. */
  fillRegister(endedBefore: number): Promise<number> {
    return fillRegister({ ca: this.name, database: this.#database, transactions: this.#transactions }, endedBefore);
  }

  requireSigning(now: number): Promise<void> {
    return Promise.try(() => this.#transactions.requireSigning(now));
  }

  /** Takes over another CA with its CRLs, all or nothing, see take_over.ts. */
  takeOver(inheritance: Inheritance): Promise<ImportedCrls | undefined> {
    return this.#transactions.writeState(() => takeOver(this.#inheriting, inheritance));
  }

  /** ACME, whose certificates are this CA's. */
  acme(): AcmeStore {
    return new SqliteAcme(this.#requestTable, this.#transactions, this.#database);
  }

  /** For changes that are made past the stores. */
  changed(): void {
    this.#transactions.changes++;
  }
}

/** The stores of an open database: one for each CA, as only they know what they changed. */
export function sqliteStores(parts: SqliteParts): Readonly<Record<CaName, SqliteCaStores>> {
  const feed = new RegisterFeed(parts.database);
  return {
    cau: new SqliteCaStores("cau", parts, feed),
    cas: new SqliteCaStores("cas", parts, feed),
    http_cas: new SqliteCaStores("http_cas", parts, feed),
  };
}
