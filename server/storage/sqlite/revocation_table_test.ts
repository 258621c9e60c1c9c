import assert from "node:assert/strict";
import { listedIn, NOW, revocation } from "../../../tests/contract/store_fixtures.ts";
import { quietLog, recordedLog, strictLog } from "../../../tests/support/recorded_log.ts";
import { CrlEntryWriter } from "../../../core/x509/crl_entries.ts";
import { type Bindable, Database } from "./database.ts";
import { NO_ROW, RevocationTable } from "./revocation_table.ts";
import { createSchema } from "./schema.ts";

const INSERT = "INSERT INTO casrevoked (rowid, serial, revocation_date, expiration_date) VALUES (?, ?, ?, ?)";

function openTable(log = strictLog): { database: Database; table: RevocationTable } {
  const database = new Database(":memory:");
  createSchema(database);
  return { database, table: new RevocationTable(database, "cas", log) };
}

/** All pages behind `after`, and where each of them ended. */
function readPages(table: RevocationTable, after = NO_ROW) {
  const writer = new CrlEntryWriter();
  const ends: bigint[] = [];
  for (let last: bigint | undefined = after;;) {
    last = table.readPage({ from: NOW, after: last }, writer);
    if (last === undefined) return { listed: listedIn(writer.entries()), ends };
    ends.push(last);
  }
}

function serialsIn(table: RevocationTable, after?: bigint): readonly bigint[] {
  return readPages(table, after).listed.map(({ serial }) => serial);
}

Deno.test("readPage() finds every row in the order they were added, however many there are", () => {
  const { database, table } = openTable();
  const serials = Array.from({ length: 4001 }, (_, index) => BigInt(10_000 - index));
  database.transaction(() => {
    for (const serial of serials) table.add(revocation(serial, NOW + 1));
    database.run("DELETE FROM casrevoked WHERE rowid IN (1, 2000, 2001, 4001)");
  });
  const kept = serials.filter((_, index) => ![0, 1999, 2000, 4000].includes(index));
  assert.deepEqual(serialsIn(table), kept);
  assert.deepEqual(readPages(table).ends, [2001n, 4000n]);
  assert.deepEqual(serialsIn(table, 3990n), kept.slice(-10));
  assert.deepEqual(serialsIn(table, 4000n), []);
  database.close();
});

Deno.test("readPage() finds rows wherever another program put them, and leaves expired ones out", () => {
  const { database, table } = openTable();
  const rows: [rowid: bigint, expiration: number][] = [[-(2n ** 63n), 1], [-5n, 0], [0n, 1], [7n, -1], [
    2n ** 63n - 1n,
    1,
  ]];
  for (const [index, [rowid, after]] of rows.entries()) {
    database.run(INSERT, rowid, String(index), BigInt(NOW), BigInt(NOW + after));
  }
  assert.deepEqual(serialsIn(table), [0n, 1n, 2n, 4n]);
  database.close();
});

Deno.test("readPage() reads serial numbers as BLOB and as TEXT, and times of any kind", () => {
  const { database, table } = openTable();
  const serial = 2n ** 158n + 7n;
  const blob = new TextEncoder().encode(String(serial));
  const dates = [-86_400n, 0n, BigInt(NOW), 2_524_607_999n, 2_524_608_000n];
  for (const [index, date] of dates.entries()) {
    database.run("DELETE FROM casrevoked");
    const values: Bindable[] = [1n, index % 2 ? blob : String(serial), date, 2n ** 40n];
    database.run(INSERT, ...values);
    assert.deepEqual(readPages(table).listed, [{ serial, revocationDate: Number(date) }]);
  }
  database.run("UPDATE casrevoked SET revocation_date = 1800000000.75");
  assert.deepEqual(readPages(table).listed, [{ serial, revocationDate: NOW }]);
  database.close();
});

Deno.test("readPage() is not misled by what looks like more rows than it is", () => {
  const messages: string[] = [];
  const { database, table } = openTable(recordedLog(messages));
  const serials = ["1;2", "3", "1,2", "9 9", "\0", "", "5;", ";6", ";", "10"];
  for (const [index, serial] of serials.entries()) {
    database.run(INSERT, BigInt(index), serial, BigInt(NOW), BigInt(NOW));
  }
  for (let time = 1; time <= 2; time++) {
    assert.deepEqual(serialsIn(table), [3n, 10n]);
    assert.equal(messages.length, 7, "each is reported once");
  }
  database.close();
});

Deno.test("readPage() refuses what is no text", () => {
  for (const other of ["5", "5;6"]) {
    const { database, table } = openTable(quietLog);
    database.run(INSERT, 1n, other, BigInt(NOW), BigInt(NOW));
    database.run(INSERT, 2n, null, BigInt(NOW), BigInt(NOW));
    assert.throws(() => serialsIn(table), { code: "storage" });
    database.close();
  }
});
