/** The stored part of the register's index: whoever loads it gets the answers of one that was read from the rows. */
import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { SEGMENT_SIZE } from "../../../core/ca/register_columns.ts";
import type { CaName } from "../../../core/ca/stores.ts";
import { TAG } from "../../../core/der/tags.ts";
import { derElement, derExplicit, derInteger, derNull, derSequence } from "../../../core/der/writer.ts";
import type { RegisterQuery } from "../../../core/protocol/register_query.ts";
import { commonNameDer } from "../../../core/x509/name.ts";
import { NOW } from "../../../tests/support/issuing.ts";
import { quietLog } from "../../../tests/support/recorded_log.ts";
import { inFolder } from "../../../tests/support/temp_folder.ts";
import { RESTORED_MARK } from "./restored_mark.ts";
import { openSqliteStorage, type SqliteStorage } from "./sqlite_storage.ts";

const COUNT = 2 * SEGMENT_SIZE + 50;
/** How far behind a certificate is the one that it renews. */
const HOSTS = 3000;

/** What reads as a certificate for its name alone. */
function certificateNaming(name: string): Uint8Array {
  const any = derSequence();
  const tbs = [derExplicit(0, derInteger(2)), derInteger(1), any, any, any, commonNameDer(name), any];
  return derSequence(derSequence(...tbs), any, derElement(TAG.BIT_STRING, derNull()));
}

/** Rows with the ids from `from` on. Each 60th is of another CA, each 7th has another issuer. */
function addRows(database: DatabaseSync, from: number, count: number): void {
  const insert = database.prepare(
    "INSERT INTO caucase_certificate (ca, serial, issuer, key_id, request_id, profile, origin, actor, issued," +
      " not_before, not_after, crt) VALUES (?, ?, ?, '', 1, 'leaf', ?, '{\"kind\":\"server\"}', 1, 1, ?, ?)",
  );
  database.exec("BEGIN");
  for (let id = from; id < from + count; id++) {
    const origin = id > HOSTS ? `{"kind":"renewal","of":"${id - HOSTS}"}` : '{"kind":"automatic"}';
    const end = BigInt(NOW + (id - COUNT / 2) * 600);
    const der = certificateNaming(`host-${id % HOSTS}.example.org`);
    insert.run(id % 60 === 0 ? "cau" : "cas", `${id}`, id % 7 === 0 ? "bb" : "aa", origin, end, der);
  }
  database.exec("COMMIT");
}

function revoke(database: DatabaseSync, serials: readonly number[]): void {
  const sql = "INSERT INTO caucase_revocation (ca, serial, time, actor) VALUES ('cas', ?, 1, '{\"kind\":\"server\"}')";
  for (const serial of serials) database.prepare(sql).run(`${serial}`);
}

async function withStorage<T>(path: string, use: (storage: SqliteStorage) => Promise<T>): Promise<T> {
  const storage = await openSqliteStorage({ path, lock: true, log: quietLog });
  try {
    return await use(storage);
  } finally {
    await storage.close();
  }
}

const ASKED: readonly [CaName, Omit<RegisterQuery, "limit">][] = [
  ["cas", {}],
  ["cau", {}],
  ["http_cas", {}],
  ["cas", { name: "host-299" }],
  ["cas", { name: "EXAMPLE", status: "revoked" }],
  ["cas", { name: "nowhere" }],
  ["cas", { status: "expiring" }],
  ["cas", { issuer: "bb", status: "expired", name: "-10" }],
  ["cau", { issuer: "bb", expiresBefore: NOW }],
];

async function answersOf(path: string) {
  return await withStorage(path, async (storage) => {
    const answers: unknown[] = [];
    for (const [ca, query] of ASKED) {
      const { records, next } = await storage.ca(ca).register.list({ ...query, limit: 400 }, NOW);
      answers.push(next, records.map(({ certificate: { serial }, ...rest }) => ({ serial, ...rest })));
    }
    for (const ca of ["cas", "cau"] as const) answers.push(await storage.ca(ca).register.counts(NOW));
    return answers;
  });
}

/** Answers of the same rows without any segment. */
async function freshAnswers(path: string): Promise<unknown> {
  await Deno.copyFile(path, `${path}.fresh`);
  change(`${path}.fresh`, (database) => database.exec("DELETE FROM caucase_register_segment"));
  return await answersOf(`${path}.fresh`);
}

function change<T>(path: string, action: (database: DatabaseSync) => T): T {
  using database = new DatabaseSync(path);
  return action(database);
}

function segmentsOf(path: string): readonly (readonly [number, number])[] {
  return change(
    path,
    (database) =>
      database.prepare("SELECT first, last FROM caucase_register_segment ORDER BY first").all()
        .map(({ first, last }) => [Number(first), Number(last)] as const),
  );
}

/** All that is stored of segments, as text. */
function dataOf(path: string): unknown {
  const sql = "SELECT first, last, first_serial, last_serial, notes, hex(data) FROM caucase_register_segment";
  return change(path, (database) => database.prepare(sql).all().map((row) => Object.values(row).join()));
}

const keep = (path: string) => withStorage(path, (storage) => storage.indexRegister());

const FULL = [[1, SEGMENT_SIZE], [SEGMENT_SIZE + 1, 2 * SEGMENT_SIZE]];

async function inRegister(use: (path: string) => Promise<void>): Promise<void> {
  await inFolder(async (folder) => {
    const path = `${folder}/ca.sqlite`;
    await withStorage(path, () => Promise.resolve());
    change(path, (database) => {
      addRows(database, 1, COUNT);
      revoke(database, [5, 1000, 5000, COUNT - 3]);
    });
    await keep(path);
    assert.deepEqual(segmentsOf(path), FULL, "what does not fill a segment yet is not stored");
    await use(path);
  });
}

Deno.test("a loaded index answers as one that was read from the rows, also what happened since", () =>
  inRegister(async (path) => {
    assert.deepEqual(await answersOf(path), await freshAnswers(path));
    change(path, (database) => {
      addRows(database, COUNT + 1, 100);
      revoke(database, [6, 1001, COUNT + 60]);
    });
    await keep(path);
    assert.deepEqual(segmentsOf(path), FULL);
    assert.deepEqual(await answersOf(path), await freshAnswers(path));
  }));

Deno.test("a segment that is damaged is not used, and made again", () =>
  inRegister(async (path) => {
    const fresh = await freshAnswers(path);
    for (
      const sql of [
        "UPDATE caucase_register_segment SET data = CAST(substr(data, 1, 999) AS BLOB) WHERE first = 1",
        "UPDATE caucase_register_segment SET data = NULL WHERE first = 1",
        "UPDATE caucase_register_segment SET notes = '{}' WHERE first = 1",
        "UPDATE caucase_register_segment SET last = 7, last_serial = '7' WHERE first = 1",
        "UPDATE caucase_register_segment SET first_serial = '8' WHERE first = 1",
        "DELETE FROM caucase_register_segment WHERE first = 1",
      ]
    ) {
      const whole = dataOf(path);
      change(path, (database) => database.exec(sql));
      assert.deepEqual(await answersOf(path), fresh, sql);
      await withStorage(path, async (storage) => {
        await storage.ca("cas").register.counts(NOW);
        await storage.indexRegister();
      });
      assert.deepEqual(segmentsOf(path), FULL, sql);
      assert.deepEqual(dataOf(path), whole, sql);
      assert.deepEqual(await answersOf(path), fresh, sql);
    }
  }));

Deno.test("forgetting removes segments with what is forgotten; the rest of them is stored again", () =>
  inRegister(async (path) => {
    const before = NOW + (100 - COUNT / 2) * 600;
    await withStorage(path, async (storage) => {
      await storage.ca("cas").register.counts(NOW);
      assert.ok(await storage.ca("cas").certificates.forgetEnded(before) > 90);
      assert.equal((await storage.ca("cas").register.list({ limit: 9, expiresBefore: before }, NOW)).records.length, 0);
    });
    assert.deepEqual(segmentsOf(path), FULL.slice(1));
    assert.deepEqual(await answersOf(path), await freshAnswers(path));
    await keep(path);
    assert.deepEqual(segmentsOf(path), [[60, SEGMENT_SIZE], ...FULL.slice(1)]);
    assert.deepEqual(await answersOf(path), await freshAnswers(path));
  }));

Deno.test("segments of rows that have other numbers now, as after a restore, are all made again", () =>
  inRegister(async (path) => {
    change(path, (database) =>
      database.exec(
        "DELETE FROM caucase_certificate WHERE rowid IN (3, 4500); " +
          "CREATE TABLE other AS SELECT * FROM caucase_certificate ORDER BY rowid; DELETE FROM caucase_certificate; " +
          "INSERT INTO caucase_certificate SELECT * FROM other; DROP TABLE other",
      ));
    assert.deepEqual(await answersOf(path), await freshAnswers(path));
    await keep(path);
    assert.deepEqual(segmentsOf(path), FULL);
    assert.deepEqual(await answersOf(path), await freshAnswers(path));
  }));

Deno.test("segments that came with a backup are not used", () =>
  inRegister(async (path) => {
    change(path, (database) => database.exec(`PRAGMA user_version = ${RESTORED_MARK}`));
    await withStorage(path, (storage) => storage.jumpIfRestored());
    assert.deepEqual(segmentsOf(path), []);
    await keep(path);
    assert.deepEqual(segmentsOf(path), FULL);
  }));

Deno.test("one that is found after what renewed it is known as renewed, from a segment as well", () =>
  inRegister(async (path) => {
    const found = (database: DatabaseSync) => {
      addRows(database, COUNT + 1, 1);
      database.exec(`UPDATE caucase_certificate SET origin = '{"kind":"renewal","of":"77777"}' WHERE serial = '6'`);
      database.exec("DELETE FROM caucase_register_segment");
    };
    change(path, found);
    await keep(path);
    change(path, (database) => {
      database.exec(
        `UPDATE caucase_certificate SET serial = '77777', origin = '{"kind":"found"}', ca = 'cas'` +
          ` WHERE serial = '${COUNT + 1}'`,
      );
      addRows(database, COUNT + 2, SEGMENT_SIZE);
    });
    await keep(path);
    assert.equal(segmentsOf(path).length, 3);
    await withStorage(path, async (storage) => {
      const { register } = storage.ca("cas");
      assert.equal((await register.find(77777n, NOW))?.renewedBy, 6n);
    });
    assert.deepEqual(await answersOf(path), await freshAnswers(path));
  }));

Deno.test("an index that is loaded while certificates are forgotten does not have them", () =>
  inRegister(async (path) => {
    const before = NOW + (100 - COUNT / 2) * 600;
    await withStorage(path, async (storage) => {
      const { register, certificates } = storage.ca("cas");
      const loading = register.counts(NOW);
      await Promise.all([loading, certificates.forgetEnded(before), storage.indexRegister()]);
      assert.equal((await register.list({ limit: 9, expiresBefore: before }, NOW)).records.length, 0);
      await certificates.forgetEnded(before);
    });
    await keep(path);
    assert.deepEqual(await answersOf(path), await freshAnswers(path));
  }));
