/** What a server's database holds, seen from beside it: to tell that a refused request changed nothing. */
import { DatabaseSync } from "node:sqlite";

export class DatabaseWatch implements Disposable {
  readonly #database: DatabaseSync;
  #last: { readonly version: unknown; readonly contents: string } | undefined;

  constructor(path: string) {
    this.#database = new DatabaseSync(path, { readOnly: true });
  }

  /**
   * Every row of every table, as text, but what refusals and time add by themselves: events that tell of a refusal, and
   * what the audit log makes of events.
   */
  contents(): string {
    // Changes with every commit of others; reading all rows each time would take most of a test's time.
    const version = this.#database.prepare("PRAGMA data_version").get()?.["data_version"];
    if (this.#last?.version !== version) this.#last = { version, contents: this.#read() };
    return this.#last?.contents ?? "";
  }

  /** The serial numbers that a CA has revoked, in the order in which it did. */
  revoked(ca: "cau" | "cas"): string[] {
    return this.#database.prepare(`SELECT serial FROM ${ca}revoked ORDER BY rowid`).all().map(({ serial }) =>
      `${serial}`
    );
  }

  [Symbol.dispose](): void {
    this.#database.close();
  }

  #read(): string {
    const tables = this.#database.prepare(
      "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'caucase_audit%' ORDER BY name",
    ).all();
    return JSON.stringify(tables.map(({ name }) => this.#rowsOf(`${name}`)));
  }

  #rowsOf(table: string): unknown[] {
    const isTold = table === "caucase_event" ? `WHERE event NOT LIKE '{"kind":"refused"%'` : "";
    const statement = this.#database.prepare(`SELECT * FROM "${table}" ${isTold}`);
    statement.setReadBigInts(true);
    return [table, ...statement.all().map((row) => Object.values(row).map(plain))];
  }
}

function plain(value: unknown): string | null {
  if (value === null) return null;
  return value instanceof Uint8Array ? `x${value.toHex()}` : `${value}`;
}
