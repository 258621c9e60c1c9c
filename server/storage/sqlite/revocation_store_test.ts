import assert from "node:assert/strict";
import { NOW } from "../../../tests/support/issuing.ts";
import { strictLog } from "../../../tests/support/recorded_log.ts";
import { Database } from "./database.ts";
import { RevocationTable } from "./revocation_store.ts";
import { createSchema } from "./schema.ts";

function openTable(): { database: Database; table: RevocationTable } {
  const database = new Database(":memory:");
  createSchema(database);
  return { database, table: new RevocationTable(database, "cas", strictLog) };
}

Deno.test("pages() finds every row in the order they were added, however many there are", () => {
  const { database, table } = openTable();
  const serials = Array.from({ length: 4001 }, (_, index) => BigInt(10_000 - index));
  database.transaction(() => {
    for (const serial of serials) table.add({ serial, revocationDate: NOW, listedUntil: NOW + 1 });
    database.run("DELETE FROM casrevoked WHERE rowid IN (1, 2000, 2001, 4001)");
  });
  const kept = serials.filter((_, index) => ![0, 1999, 2000, 4000].includes(index));
  assert.deepEqual([...table.pages(NOW)].flat().map(({ serial }) => serial), kept);
  database.close();
});

Deno.test("pages() finds rows wherever another program put them, and leaves expired ones out", () => {
  const { database, table } = openTable();
  const insert = "INSERT INTO casrevoked (rowid, serial, revocation_date, expiration_date) VALUES (?, ?, ?, ?)";
  const rows: [rowid: bigint, expiration: number][] = [[-(2n ** 63n), 1], [-5n, 0], [0n, 1], [7n, -1], [
    2n ** 63n - 1n,
    1,
  ]];
  for (const [index, [rowid, after]] of rows.entries()) {
    database.run(insert, rowid, String(index), BigInt(NOW), BigInt(NOW + after));
  }
  assert.deepEqual([...table.pages(NOW)].flat().map(({ serial }) => serial), [0n, 1n, 2n, 4n]);
  database.close();
});
