/**
 * Keeps the index of the register in step with its tables. Rows are numbered in the order in which they were added, so
 * what is new is behind what was read last, whoever wrote it.
 */
import { RegisterIndex } from "../../../core/ca/register_index.ts";
import { searchText } from "../../../core/ca/register_segment.ts";
import { CA_NAMES, type CaName } from "../../../core/ca/stores.ts";
import { CaucaseError } from "../../../core/errors.ts";
import { namesOfCertificate } from "../../../core/x509/subject_facts.ts";
import { inTurns } from "../../in_turns.ts";
import { toBigInt, toBytes, toSeconds, toText } from "./column_values.ts";
import type { Database, Row } from "./database.ts";
import { oneOf, originToText } from "./own_tables.ts";

/** Rows that are read at once: one or two milliseconds. */
const PAGE = 50n;

/**
 * Renewals whose predecessor the register does not have, that are remembered at most. It may be found a little later:
 * when another program issued it.
 */
const UNRESOLVED = 10_000;

/** Origins as they are written: to read each of a million as JSON would take ten times as long. */
const FOUND = originToText({ kind: "found" });
const SUCCESSION = new RegExp(
  '^\\{"kind":"(?:renewal|restore|acme","account":"[\\w-]*","order":"[\\w-]*)","of":"(\\d+)"\\}$',
);

export class RegisterFeed {
  readonly #indexes = { cau: new RegisterIndex(), cas: new RegisterIndex(), http_cas: new RegisterIndex() };
  /** By CA and serial number of the predecessor, the id of what renewed it. */
  readonly #unresolved = new Map<string, number>();
  #lastCertificate = 0n;
  #lastRevocation = 0n;
  #running: Promise<void> | undefined;
  #isOver = true;

  constructor(private readonly database: Database) {}

  /** The index of a CA with all that is committed by now. */
  async current(ca: CaName): Promise<RegisterIndex> {
    await this.catchUp();
    return this.#indexes[ca];
  }

  /** Reads what is new. The first time that is everything, for minutes where there are millions. */
  catchUp(): Promise<void> {
    if (this.#running !== undefined) return this.#running;
    this.#isOver = false;
    const running = inTurns(this.#steps());
    // Little is read at once, before this line.
    if (!this.#isOver) this.#running = running;
    return running;
  }

  /** Lets go of what ended before `before`, as the table did. */
  forget(ca: CaName, before: number): void {
    this.#indexes[ca].forget(before);
  }

  /** In one step that finds nothing more, it is over: who comes later begins again. */
  *#steps(): Generator<void, void> {
    try {
      while (this.#readCertificates() || this.#readRevocations()) yield;
    } finally {
      this.#running = undefined;
      this.#isOver = true;
    }
  }

  /** Whether there were any. */
  #readCertificates(): boolean {
    const sql = "SELECT rowid AS id, ca, serial, issuer, origin, not_after, crt FROM caucase_certificate" +
      " WHERE rowid > ? ORDER BY rowid LIMIT ?";
    const rows = this.database.all(sql, this.#lastCertificate, PAGE);
    for (const row of rows) this.#addCertificate(row);
    return rows.length > 0;
  }

  #readRevocations(): boolean {
    const sql = "SELECT id, ca, serial FROM caucase_revocation WHERE id > ? ORDER BY id LIMIT ?";
    const rows = this.database.all(sql, this.#lastRevocation, PAGE);
    for (const { id, ca, serial } of rows) {
      this.#lastRevocation = toBigInt(id);
      const name = oneOf(CA_NAMES, ca);
      const certificate = this.#idOf(name, toText(serial));
      if (certificate !== undefined) this.#indexes[name].setRevoked(certificate);
    }
    return rows.length > 0;
  }

  #addCertificate({ id: rowid, ca: caName, serial, issuer, origin: originText, not_after, crt }: Row): void {
    const ca = oneOf(CA_NAMES, caName);
    const index = this.#indexes[ca];
    this.#lastCertificate = toBigInt(rowid);
    const id = Number(this.#lastCertificate);
    index.add({ id, notAfter: toSeconds(not_after), issuer: toText(issuer), text: searchTextOf(toBytes(crt)) });
    const origin = toText(originText);
    if (origin === FOUND) this.#settleFound(ca, toText(serial), id);
    const [, predecessor] = SUCCESSION.exec(origin) ?? [];
    if (predecessor !== undefined) this.#setRenewed(ca, predecessor, id);
  }

  #setRenewed(ca: CaName, predecessor: string, successor: number): void {
    const id = this.#idOf(ca, predecessor);
    if (id !== undefined) return this.#indexes[ca].setRenewed(id, successor);
    this.#unresolved.set(`${ca} ${predecessor}`, successor);
    const [oldest] = this.#unresolved.keys();
    if (this.#unresolved.size > UNRESOLVED && oldest !== undefined) this.#unresolved.delete(oldest);
  }

  /** It may have been renewed or revoked here before it was found. */
  #settleFound(ca: CaName, serial: string, id: number): void {
    const successor = this.#unresolved.get(`${ca} ${serial}`);
    if (successor !== undefined) this.#indexes[ca].setRenewed(id, successor);
    const sql = "SELECT 1 FROM caucase_revocation WHERE ca = ? AND serial = ?";
    if (this.database.get(sql, ca, serial) !== undefined) this.#indexes[ca].setRevoked(id);
  }

  #idOf(ca: CaName, serial: string): number | undefined {
    const sql = "SELECT rowid AS id FROM caucase_certificate WHERE ca = ? AND serial = ?";
    const id = this.database.get(sql, ca, serial)?.["id"];
    return typeof id === "bigint" ? Number(id) : undefined;
  }
}

/** Empty for what cannot be read: it is in the register nevertheless. */
function searchTextOf(der: Uint8Array): string {
  try {
    const { subject, dns, ip, otherNames } = namesOfCertificate(der);
    return searchText([subject, ...dns, ...ip, ...otherNames].filter((name) => name !== ""));
  } catch (error) {
    if (error instanceof CaucaseError) return "";
    throw error;
  }
}
