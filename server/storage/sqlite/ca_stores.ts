/** One CA's part of an SQLite database. Reads see what is committed; writes share commits. */
import { setImmediate } from "node:timers";
import type { Attribution } from "../../../core/ca/events.ts";
import { alreadyRevoked } from "../../../core/ca/store_rules.ts";
import type {
  CaName,
  CaStores,
  CertificateStore,
  CrlContent,
  CrlPosition,
  CrlRenewal,
  IssuerList,
  IssuerStore,
  RequestStore,
  Revocation,
  RevocationStore,
  StoredIssuer,
  StoreState,
} from "../../../core/ca/stores.ts";
import { CaTables, type SqliteParts } from "./ca_tables.ts";
import type { Database } from "./database.ts";
import { SqliteCertificates, SqliteRequests } from "./request_stores.ts";
import { type ImportedCrls, type Inheritance, takeOver } from "./take_over.ts";

// The database is synchronous, and a transaction never spans more than one turn of the event loop: no read can fall into one.
export class SqliteCaStores implements CaStores {
  readonly issuers: IssuerStore;
  readonly requests: RequestStore;
  readonly certificates: CertificateStore;
  readonly revocations: RevocationStore;
  readonly #tables: CaTables;
  readonly #database: Database;
  #state: { readonly version: string; readonly value: StoreState } | undefined;

  constructor(readonly name: CaName, parts: SqliteParts) {
    const tables = new CaTables(name, parts);
    this.#tables = tables;
    this.#database = parts.database;
    this.issuers = new SqliteIssuers(tables);
    this.requests = new SqliteRequests(tables);
    this.certificates = new SqliteCertificates(tables);
    this.revocations = new SqliteRevocations(tables);
  }

  state(): Promise<StoreState> {
    return Promise.try(() => {
      // The first tells of all other connections, the second of this one.
      const version = `${this.#database.get("PRAGMA data_version")?.["data_version"]} ${this.#tables.changes}`;
      if (this.#state?.version !== version) {
        const value = { issuers: this.#tables.issuers.revision(), crl: this.#tables.crlState() };
        this.#state = { version, value };
      }
      return this.#state.value;
    });
  }

  requireSigning(now: number): Promise<void> {
    return Promise.try(() => this.#tables.requireSigning(now));
  }

  /** Takes over another CA with its CRLs, all or nothing, see take_over.ts. */
  takeOver(inheritance: Inheritance): Promise<ImportedCrls | undefined> {
    return this.#tables.writeState(() => takeOver(this.#tables, inheritance));
  }

  /** For changes that are made past the stores. */
  changed(): void {
    this.#tables.changes++;
  }
}

/** The stores of an open database: one for each CA, as only they know what they changed. */
export function sqliteStores(parts: SqliteParts): Readonly<Record<CaName, SqliteCaStores>> {
  return {
    cau: new SqliteCaStores("cau", parts),
    cas: new SqliteCaStores("cas", parts),
    http_cas: new SqliteCaStores("http_cas", parts),
  };
}

class SqliteIssuers implements IssuerStore {
  constructor(private readonly tables: CaTables) {}

  list(): Promise<IssuerList> {
    return Promise.try(() => this.tables.issuers.list());
  }

  add(
    issuer: StoredIssuer & { readonly keyIdentifier: string },
    revision: string,
    by: Attribution,
  ): Promise<boolean> {
    return this.tables.writeState(() => {
      if (this.tables.issuers.revision() !== revision) return false;
      this.tables.issuers.add(issuer);
      const { keyIdentifier, expirationDate: notAfter } = issuer;
      this.tables.record({ kind: "issuer-added", issuer: keyIdentifier, notAfter, imported: false }, by);
      return true;
    });
  }

  drop(before: number, by: Attribution): Promise<void> {
    return this.tables.writeState(() => {
      this.tables.issuers.removeExpired(before);
      this.tables.record({ kind: "issuers-dropped", before }, by);
    });
  }
}

/** How often all revocations are read with pauses, in which they may change. */
const READS_WITH_PAUSES = 3;

class SqliteRevocations implements RevocationStore {
  constructor(private readonly tables: CaTables) {}

  /** Lets others go on between pages. When something changed meanwhile it reads once more, after a few times without a pause. */
  async crlContent(): Promise<CrlContent> {
    for (let attempt = 1;; attempt++) {
      const before = this.#position();
      const revocations: Revocation[] = [];
      for (const page of this.tables.revocations.pages(before.lastUpdate ?? 0)) {
        if (revocations.length > 0 && attempt <= READS_WITH_PAUSES) await nextTurn();
        for (const revocation of page) revocations.push(revocation);
      }
      const position = this.#position();
      if (position.lastUpdate === before.lastUpdate && position.after === before.after) {
        return { ...this.tables.crlState(), revocations, position };
      }
    }
  }

  crlContentSince(since: CrlPosition): Promise<CrlContent | undefined> {
    return Promise.try(() => {
      const position = this.#position();
      if (since.lastUpdate !== position.lastUpdate) return undefined;
      const revocations = [...this.tables.revocations.pages(since.lastUpdate ?? 0, since.after)].flat();
      return { ...this.tables.crlState(), revocations, position };
    });
  }

  isRevoked(serial: bigint): Promise<boolean> {
    return Promise.try(() => this.tables.revocations.has(serial));
  }

  revoke(revocation: Revocation, by: Attribution): Promise<bigint> {
    const { serial } = revocation;
    return this.tables.writeState(() => {
      if (this.tables.revocations.has(serial)) return alreadyRevoked(serial);
      this.tables.revocations.add(revocation);
      const crlNumber = this.tables.values.increase("crl_number");
      this.tables.record({ kind: "revoked", serial, crlNumber }, by);
      return crlNumber;
    });
  }

  renewCrl({ seen, lastUpdate: thisUpdate, dropBefore }: CrlRenewal, by: Attribution): Promise<boolean> {
    const { revocations, values } = this.tables;
    return this.tables.writeState(() => {
      if (values.crlLastUpdate() !== seen) return false;
      if (dropBefore !== undefined) revocations.removeExpired(dropBefore);
      const crlNumber = values.increase("crl_number");
      values.setCrlLastUpdate(thisUpdate);
      this.tables.record({ kind: "crl-renewed", crlNumber, thisUpdate }, by);
      return true;
    });
  }

  #position(): CrlPosition {
    return { lastUpdate: this.tables.values.crlLastUpdate(), after: this.tables.revocations.newestRow() };
  }
}

/** After what this turn of the event loop still brings. */
function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
