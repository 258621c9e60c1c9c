import assert from "node:assert/strict";
import { damageTable } from "../../../tests/support/damaged_database.ts";
import { NOW } from "../../../tests/support/issuing.ts";
import { type UserDatabase, userDatabase } from "../../../tests/support/user_database.ts";
import { openDamaged } from "../open.ts";
import { readableRevocations, type RevocationItem } from "./revocation_list.ts";

/** Serial numbers are in another order than rows. */
const serialOf = (row: number) => String(((row * 7919) % 10_007) + 2 ** 40);

function fill(database: UserDatabase, rows: number): void {
  database.writer.exec("BEGIN");
  for (let row = 1; row <= rows; row++) database.addRow("casrevoked", [serialOf(row), BigInt(NOW + row), BigInt(NOW)]);
  database.writer.exec("COMMIT");
}

async function listOf(path: string): Promise<RevocationItem[]> {
  const database = await openDamaged(path);
  try {
    return [...readableRevocations(database)];
  } finally {
    database.close();
  }
}

const entry = (row: number) => ({ ca: "cas", serial: serialOf(row), at: NOW + row });

Deno.test("readableRevocations() gives all, in the order in which they were added, also while others write", async () => {
  await using database = await userDatabase();
  fill(database, 3);
  database.addRow("caurevoked", ["77", BigInt(NOW), BigInt(NOW)]);
  database.writer.exec("BEGIN IMMEDIATE");
  const expected = [entry(1), entry(2), entry(3), { ca: "cau", serial: "77", at: NOW }];
  assert.deepEqual(await listOf(database.path), expected);
});

Deno.test("readableRevocations() gives what is before and behind the damage, and says how much is between", async () => {
  await using database = await userDatabase();
  const rows = 1500;
  fill(database, rows);
  database.writer.close();
  const { first, last } = damageTable(database.path, "casrevoked");
  const items = await listOf(database.path);
  const at = items.findIndex((item) => "error" in item);
  assert.ok(first > 1 && last < rows);
  const before = Array.from({ length: first - 1 }, (_, index) => entry(index + 1));
  const behind = Array.from({ length: rows - last }, (_, index) => entry(last + index + 1));
  assert.deepEqual(items.toSpliced(at, 1), [...before, ...behind]);
  assert.equal(at, before.length);
  const gap = items[at];
  assert.ok(gap && "error" in gap);
  assert.deepEqual([gap.ca, gap.missing, gap.error.code], ["cas", BigInt(last - first + 1), "storage"]);
});

Deno.test("readableRevocations() shows nothing but serial numbers, and counts what else is there", async () => {
  await using database = await userDatabase();
  fill(database, 1);
  for (const [serial, at] of [["\x1b[2J", 1n], [null, 2n], ["5", null], ["6", 2n ** 50n]] as const) {
    database.addRow("casrevoked", [serial, at, 1n]);
  }
  database.addRow("casrevoked", [serialOf(6), BigInt(NOW + 6), 1n]);
  const [first, gap, last, more] = await listOf(database.path);
  assert.deepEqual([first, last, more], [entry(1), entry(6), undefined]);
  assert.ok(gap && "error" in gap);
  assert.equal(gap.missing, 4n);
});
