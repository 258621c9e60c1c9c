/**
 * Tables and indexes. The tables are the reference's, column for column, so that a server can be switched either way on
 * the same file. The indexes are ours, so that nothing a request needs is found by looking at every row; the reference
 * keeps them up to date without knowing them.
 */
import { CA_NAMES, type CaName } from "../../../core/ca/stores.ts";
import { hasUniqueKeys } from "../../../core/ca/store_rules.ts";
import { CaucaseError } from "../../../core/errors.ts";
import { ACME_INDEXES, ACME_TABLES, ACME_UNIQUE_INDEXES } from "./acme_schema.ts";
import type { Database } from "./database.ts";

/** Columns with their declarations, by table name without the CA's prefix. */
function tablesOf(ca: CaName): Readonly<Record<string, Readonly<Record<string, string>>>> {
  return {
    ca: { expiration_date: "INTEGER", key: "TEXT", crt: "TEXT" },
    crt: {
      id: "INTEGER PRIMARY KEY",
      key_id: hasUniqueKeys(ca) ? "TEXT UNIQUE" : "TEXT",
      expiration_date: "INTEGER",
      csr: "TEXT",
      crt: "TEXT",
    },
    revoked: { serial: "TEXT PRIMARY KEY", revocation_date: "INTEGER", expiration_date: "INTEGER" },
    counter: { name: "TEXT PRIMARY KEY", value: "INTEGER" },
    config_once: { name: "TEXT PRIMARY KEY", value: "TEXT" },
    config: { name: "TEXT PRIMARY KEY", value: "TEXT" },
  };
}

/** Additional tables, for all CAs together, which the reference does not know: columns by table name. */
const OWN_TABLES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  caucase_certificate: {
    ca: "TEXT",
    serial: "TEXT",
    issuer: "TEXT",
    key_id: "TEXT",
    request_id: "INTEGER",
    profile: "TEXT",
    origin: "TEXT",
    actor: "TEXT",
    issued: "INTEGER",
    not_before: "INTEGER",
    not_after: "INTEGER",
    crt: "BLOB",
  },
  caucase_audit_key: { origin: "TEXT", key: "BLOB" },
  caucase_audit_tile: { level: "INTEGER", number: "INTEGER", hashes: "BLOB" },
  caucase_audit_checkpoint: { id: "INTEGER PRIMARY KEY", time: "INTEGER", size: "INTEGER", note: "TEXT" },
  caucase_installation: {
    ca: "TEXT",
    serial: "TEXT",
    reported: "INTEGER",
    host_time: "INTEGER",
    hook: "TEXT",
    failing_since: "INTEGER",
    detail: "TEXT",
  },
  caucase_revocation: {
    id: "INTEGER PRIMARY KEY",
    ca: "TEXT",
    serial: "TEXT",
    time: "INTEGER",
    actor: "TEXT",
    reason: "TEXT",
  },
  caucase_register_segment: {
    first: "INTEGER PRIMARY KEY",
    last: "INTEGER",
    first_serial: "TEXT",
    last_serial: "TEXT",
    notes: "TEXT",
    data: "BLOB",
  },
  caucase_pending: { ca: "TEXT", id: "INTEGER", time: "INTEGER", actor: "TEXT", origin: "TEXT" },
  caucase_event: { id: "INTEGER PRIMARY KEY", time: "INTEGER", ca: "TEXT", actor: "TEXT", event: "TEXT" },
  caucase_receiver: { id: "TEXT PRIMARY KEY", cursor: "INTEGER", given_up: "INTEGER" },
  caucase_notification: {
    id: "INTEGER PRIMARY KEY",
    receiver: "TEXT",
    event: "TEXT",
    kind: "TEXT",
    made: "INTEGER",
    body: "TEXT",
  },
  caucase_condition: { topic: "TEXT", receiver: "TEXT", name: "TEXT", since: "INTEGER", told: "INTEGER" },
  ...ACME_TABLES,
};

const OWN_INDEXES: Readonly<Record<string, string>> = {
  caucase_certificate_by_end: "caucase_certificate (ca, not_after)",
  caucase_event_by_time: "caucase_event (time)",
  caucase_notification_by_receiver: "caucase_notification (receiver, id)",
  caucase_revocation_by_time: "caucase_revocation (ca, time)",
  ...ACME_INDEXES,
};

const OWN_UNIQUE_INDEXES: Readonly<Record<string, string>> = {
  caucase_certificate_by_serial: "caucase_certificate (ca, serial)",
  caucase_audit_tile_by_number: "caucase_audit_tile (level, number)",
  caucase_installation_by_serial: "caucase_installation (ca, serial)",
  caucase_condition_by_name: "caucase_condition (topic, receiver, name)",
  caucase_revocation_by_serial: "caucase_revocation (ca, serial)",
  caucase_pending_by_id: "caucase_pending (ca, id)",
  ...ACME_UNIQUE_INDEXES,
};

/** Indexes by name: what each is on. */
function indexesOf(ca: CaName): Readonly<Record<string, string>> {
  return {
    // UNIQUE brings its own index.
    ...(!hasUniqueKeys(ca) && { [`${ca}crt_by_key_id`]: `${ca}crt (key_id)` }),
    [`${ca}crt_by_expiration`]: `${ca}crt (expiration_date)`,
    [`${ca}crt_pending`]: `${ca}crt (id) WHERE crt IS NULL`,
    [`${ca}revoked_by_expiration`]: `${ca}revoked (expiration_date)`,
  };
}

/** Whether a table of that name is one of caucase, or a CRL table of version 0.9.8 and older. */
export function isOurTable(name: string): boolean {
  return name in OWN_TABLES ||
    CA_NAMES.some((ca) => name === `${ca}crl` || Object.keys(tablesOf(ca)).some((table) => name === ca + table));
}

/**
 * Makes what is missing: tables, indexes, and columns of tables of our own that an older version made. Changes nothing
 * of the reference's tables.
 * @throws `storage` when one of these tables lacks a column: the file is another program's
 */
export function createSchema(database: Database): void {
  for (const ca of CA_NAMES) {
    for (const [table, columns] of Object.entries(tablesOf(ca))) createTable(database, ca + table, columns);
    createIndexes(database, "INDEX", indexesOf(ca));
  }
  for (const [table, columns] of Object.entries(OWN_TABLES)) {
    addColumns(database, table, columns);
    createTable(database, table, columns);
  }
  createIndexes(database, "INDEX", OWN_INDEXES);
  createIndexes(database, "UNIQUE INDEX", OWN_UNIQUE_INDEXES);
}

function createIndexes(
  database: Database,
  kind: "INDEX" | "UNIQUE INDEX",
  indexes: Readonly<Record<string, string>>,
): void {
  for (const [name, target] of Object.entries(indexes)) {
    database.run(`CREATE ${kind} IF NOT EXISTS ${name} ON ${target}`);
  }
}

function createTable(database: Database, table: string, columns: Readonly<Record<string, string>>): void {
  const declarations = Object.entries(columns).map(([column, declaration]) => `${column} ${declaration}`);
  database.run(`CREATE TABLE IF NOT EXISTS ${table} (${declarations.join(", ")})`);
  requireColumns(database, table, Object.keys(columns));
}

/** Rows that are there have NULL in them. */
function addColumns(database: Database, table: string, columns: Readonly<Record<string, string>>): void {
  const present = columnsOf(database, table);
  if (present.size === 0) return;
  for (const [column, declaration] of Object.entries(columns)) {
    if (!present.has(column)) database.run(`ALTER TABLE ${table} ADD COLUMN ${column} ${declaration}`);
  }
}

function columnsOf(database: Database, table: string): ReadonlySet<unknown> {
  return new Set(database.all("SELECT name FROM pragma_table_info(?)", table).map(({ name }) => name));
}

function requireColumns(database: Database, table: string, expected: readonly string[]): void {
  const present = columnsOf(database, table);
  const missing = expected.find((column) => !present.has(column));
  if (missing === undefined) return;
  const message = `cannot use the database ${database.path}: its table ${table} has no column ${missing}`;
  throw new CaucaseError("storage", message, {
    hint: "check the path given with --db: this is no database of caucase",
  });
}
