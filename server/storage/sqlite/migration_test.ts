/** Databases that others wrote: the reference in two versions (tests/vectors/databases), and people. */
import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { crlContent, newRequest, NOW } from "../../../tests/contract/store_fixtures.ts";
import { tempFolder } from "../../../tests/support/temp_folder.ts";
import newVersion from "../../../tests/vectors/databases/reference-0.9.17.json" with { type: "json" };
import oldVersion from "../../../tests/vectors/databases/reference-0.9.8.json" with { type: "json" };
import { openSqliteStorage } from "./sqlite_storage.ts";
import { recordedLog, strictLog } from "../../../tests/support/recorded_log.ts";

const VECTORS = [["0.9.17", newVersion], ["0.9.8", oldVersion]] as const;

/** A copy of the database that a version made, changed by `sql`, gone with its folder. */
async function reference(version: string, sql = "") {
  const folder = await tempFolder();
  const path = `${folder.path}/ca.sqlite`;
  await Deno.writeFile(
    path,
    await Deno.readFile(new URL(`../../../tests/vectors/databases/reference-${version}.db`, import.meta.url)),
  );
  await Deno.chmod(path, 0o600);
  const database = new DatabaseSync(path);
  database.exec(sql);
  database.close();
  const messages: string[] = [];
  const open = () => openSqliteStorage({ path, lock: true, log: recordedLog(messages) });
  return { path, messages, open, [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose]() };
}

function objects(path: string, where: string): readonly unknown[] {
  const database = new DatabaseSync(path, { readOnly: true });
  try {
    return database.prepare(`SELECT name FROM sqlite_schema WHERE ${where}`).all().map(({ name }) => name);
  } finally {
    database.close();
  }
}

for (const [version, facts] of VECTORS) {
  Deno.test(`openSqliteStorage() goes on from a database of caucase ${version}`, async () => {
    await using test = await reference(version);
    const storage = await test.open();
    const [users, services] = [storage.ca("cau"), storage.ca("cas")];
    for (const store of [users, services, storage.ca("http_cas")]) {
      const [issuer] = (await store.issuers.list()).issuers;
      assert.match(issuer?.key.pem ?? "", /^-----BEGIN RSA PRIVATE KEY-----/);
      assert.match(issuer?.certificatePem ?? "", /^-----BEGIN CERTIFICATE-----/);
    }
    for (const [store, id] of [[users, facts.user], [services, facts.signed], [services, facts.revoked]] as const) {
      assert.match((await store.requests.find(BigInt(id), 0))?.certificatePem ?? "", /^-----BEGIN CERTIFICATE-----/);
    }
    const [pending] = await services.requests.pending();
    assert.ok(pending);
    assert.equal(pending.id, BigInt(facts.pending));
    assert.equal(pending.csr.toBase64(), facts.pendingRequest);
    const { number, thisUpdate, revocations } = await crlContent(services);
    assert.deepEqual([number, thisUpdate], [BigInt(facts.crlNumber), facts.crlLastUpdate]);
    assert.deepEqual(revocations.map(({ serial }) => serial), [BigInt(facts.revokedSerial)]);
    assert.equal(await services.revocations.isRevoked(BigInt(facts.revokedSerial)), true);
    assert.equal(await services.requests.receivedCount(), facts.received);
    assert.equal(await users.requests.frozenAutoSignAmount(), facts.userAutoSignAmount);
    const again = { ...newRequest(1), keyId: pending.keyId, csr: pending.csr };
    assert.deepEqual(await services.requests.submit(again), { id: pending.id, known: true });
    await storage.close();
    assert.deepEqual(objects(test.path, "name LIKE '%crl'"), []);
    assert.deepEqual(test.messages, []);
  });
}

/** Ours are beside the reference's. */
const NOT_OURS = "name NOT LIKE 'caucase%'";

Deno.test("openSqliteStorage() changes no table that the reference made", async () => {
  await using test = await reference("0.9.17");
  const tables = `type = 'table' AND ${NOT_OURS} ORDER BY name, sql`;
  const before = objects(test.path, tables);
  await (await test.open()).close();
  assert.deepEqual(objects(test.path, tables), before);
  assert.deepEqual(
    objects(test.path, "type IN ('view', 'trigger') OR sql LIKE '%AUTOINCREMENT%' OR name LIKE 'sqlite_stat%'"),
    [],
  );
});

Deno.test("openSqliteStorage() makes the columns of the reference's tables", async () => {
  await using test = await reference("0.9.17");
  await using folder = await tempFolder();
  const ours = `${folder.path}/ours.sqlite`;
  await (await openSqliteStorage({ path: ours, lock: true, log: strictLog })).close();
  const columns = (path: string) => {
    const database = new DatabaseSync(path, { readOnly: true });
    const sql = "SELECT m.name AS tbl, c.* FROM sqlite_schema m, pragma_table_info(m.name) c WHERE m.type = 'table'" +
      ` AND m.${NOT_OURS} ORDER BY 1, 2`;
    const rows = database.prepare(sql).all();
    const uniqueSql = "SELECT tbl_name FROM sqlite_schema WHERE name LIKE 'sqlite_autoindex%'" +
      " AND tbl_name NOT LIKE 'caucase%' ORDER BY 1";
    const unique = database.prepare(uniqueSql).all();
    database.close();
    return [...rows, ...unique];
  };
  assert.deepEqual(columns(ours), columns(test.path));
});

Deno.test("openSqliteStorage() leaves unknown tables alone", async () => {
  await using test = await reference("0.9.8", "CREATE TABLE notes (text); INSERT INTO notes VALUES ('keep me')");
  await (await test.open()).close();
  assert.deepEqual(objects(test.path, "name = 'notes'"), ["notes"]);
});

Deno.test("openSqliteStorage() makes do without a CRL that it cannot read, and says so", async () => {
  await using test = await reference("0.9.8", "UPDATE cascrl SET crl = 'nothing'; DELETE FROM caucrl");
  const storage = await test.open();
  assert.equal((await storage.ca("cas").revocations.crlContent()).thisUpdate, undefined);
  assert.equal((await storage.ca("cas").revocations.crlContent()).number, BigInt(oldVersion.crlNumber));
  assert.equal((await storage.ca("cau").revocations.crlContent()).thisUpdate, undefined);
  await storage.close();
  assert.equal(test.messages.length, 1);
  assert.match(test.messages[0] ?? "", /^the newest CRL in cascrl cannot be read/);
});

Deno.test("openSqliteStorage() reads and finds TEXT like BLOB", async () => {
  const toText = ["key_id", "csr", "crt"].map((column) => `${column} = CAST(${column} AS TEXT)`).join(", ");
  await using test = await reference("0.9.17", `UPDATE cascrt SET ${toText}; UPDATE caucrt SET ${toText}`);
  const storage = await test.open();
  const [pending] = await storage.ca("cas").requests.pending();
  assert.ok(pending);
  assert.equal(pending.csr.toBase64(), newVersion.pendingRequest);
  const again = { ...newRequest(1), keyId: pending.keyId, csr: pending.csr, now: 0 };
  assert.deepEqual(await storage.ca("cas").requests.submit(again), { id: pending.id, known: true });
  const user = await storage.ca("cau").requests.find(BigInt(newVersion.user), 0);
  assert.ok(user);
  const other = { ...newRequest(2), keyId: user.keyId, now: 0 };
  await assert.rejects(storage.ca("cau").requests.submit(other), { code: "duplicate-key" });
  await storage.close();
});

Deno.test("crlContent() leaves out serials that no CRL can hold, and says so once", async () => {
  const serials = ["-1", String(2n ** 159n), "12x", "1.5", "", String(2n ** 159n - 1n), "0"];
  const rows = serials.map((serial) => `('${serial}', ${NOW}, ${2 * NOW})`);
  await using test = await reference("0.9.17", `INSERT INTO casrevoked VALUES ${rows.join(", ")}`);
  const storage = await test.open();
  for (let time = 1; time <= 2; time++) {
    const { revocations } = await crlContent(storage.ca("cas"));
    assert.deepEqual(revocations.slice(1).map(({ serial }) => serial), [2n ** 159n - 1n, 0n]);
    assert.equal(test.messages.length, 5);
  }
  await storage.close();
});
