/** Databases that have seen years of use, without the years: rows are written into the file of a stopped server. */
import { DatabaseSync } from "node:sqlite";
import { DAY } from "./scale.ts";

/** What a database holds beyond its CAs. */
export interface Amounts {
  readonly certificates: number;
  readonly revoked: number;
}

export const EMPTY: Amounts = { certificates: 0, revoked: 0 };

export function isEmpty({ certificates, revoked }: Amounts): boolean {
  return certificates === 0 && revoked === 0;
}

/** What a row calls such a database. */
export function amountsText({ certificates, revoked }: Amounts): string {
  return revoked > 0 ? `${revoked} revoked` : certificates > 0 ? `${certificates} stored` : "empty";
}

/** Far longer than any measurement, so that nothing is removed meanwhile. Days. */
const KEPT = 60;

const SERIAL_BYTES = 20;

/** Adds rows of the CA for services; certificates are copies of one that is there, under other ids and keys. */
export function seedDatabase(path: string, { certificates, revoked }: Amounts): void {
  const database = new DatabaseSync(path);
  try {
    database.exec("BEGIN");
    addCertificates(database, certificates);
    addRevoked(database, revoked);
    database.exec("COMMIT");
  } finally {
    database.close();
  }
}

function addCertificates(database: DatabaseSync, count: number): void {
  const row = database.prepare("SELECT csr, crt FROM cascrt WHERE crt IS NOT NULL LIMIT 1").get();
  const [csr, crt] = [row?.["csr"] ?? null, row?.["crt"] ?? null];
  const insert = database.prepare("INSERT INTO cascrt (id, key_id, expiration_date, csr, crt) VALUES (?, ?, ?, ?, ?)");
  const expiration = now() + BigInt(KEPT * DAY);
  for (let index = 0; index < count; index++) {
    const keyId = new TextEncoder().encode(randomBytes(20).toHex());
    insert.run(randomInteger(8) >> 1n, keyId, expiration, csr, crt);
  }
}

/** Each revocation counts as a CRL of its own, as it did when it happened. */
function addRevoked(database: DatabaseSync, count: number): void {
  const insert = database.prepare("INSERT INTO casrevoked (serial, revocation_date, expiration_date) VALUES (?, ?, ?)");
  const today = now();
  for (let index = 0; index < count; index++) {
    insert.run(String(randomInteger(SERIAL_BYTES) >> 1n), today, today + BigInt(KEPT * DAY));
  }
  database.prepare("UPDATE cascounter SET value = value + ? WHERE name = 'crl_number'").run(BigInt(count));
}

function now(): bigint {
  return BigInt(Math.floor(Date.now() / 1000));
}

function randomBytes(size: number): Uint8Array {
  return crypto.getRandomValues(new Uint8Array(size));
}

function randomInteger(size: number): bigint {
  return BigInt(`0x${randomBytes(size).toHex()}`);
}
