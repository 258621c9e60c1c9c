import assert from "node:assert/strict";
import { FaultyFileSystem } from "../../tests/fault/faulty_file_system.ts";
import { DAY, LIFE_SPAN, NOW } from "../../tests/support/issuing.ts";
import { newKey, testKey } from "../../tests/support/keys.ts";
import { type UserDatabase, userDatabase } from "../../tests/support/user_database.ts";
import { openBackup } from "../../core/backup/backup.ts";
import { utf8 } from "../../core/bytes.ts";
import { readChunks } from "../../core/host/backup_file.ts";
import { makeBackup, userKeys } from "./make_backup.ts";
import { makeBackupInThread } from "./backup_thread.ts";
import { Snapshot } from "../storage/sqlite/snapshot.ts";

function orderFor(database: UserDatabase) {
  return { database: database.path, target: `${database.folder.path}/backup.sql.caucased`, now: NOW + DAY };
}

/** Names in the database's folder that are not the database's. */
async function others(database: UserDatabase): Promise<string[]> {
  const names = (await Array.fromAsync(Deno.readDir(database.folder.path))).map(({ name }) => name);
  return names.filter((name) => !name.startsWith("caucase.sqlite"));
}

Deno.test("makeBackup() makes a private file that each user can open, and says who, how large and without whom", async () => {
  await using database = await userDatabase();
  const users = [await testKey("RSA"), await newKey("RSA")];
  for (const { publicKey } of users) await database.addUser(publicKey);
  const elliptic = (await testKey("P-256")).publicKey;
  await database.addUser(elliptic);
  database.writer.exec("CREATE VIEW v AS SELECT 1");
  const order = orderFor(database);
  const made = await makeBackup(order);
  const { size, mode } = await Deno.stat(order.target);
  assert.deepEqual(made, {
    size,
    recipients: users.map(({ publicKey }) => publicKey.keyId),
    usersLeftOut: [elliptic.keyId],
    objectsLeftOut: ['view "v"'],
  });
  assert.equal((mode ?? 0) & 0o777, 0o600);
  for (const key of users) {
    const { statements } = await openBackup(readChunks(order.target), key);
    const tables = (await Array.fromAsync(statements)).filter(({ kind }) => kind === "createTable");
    assert.equal(tables.length, 37);
  }
});

Deno.test("makeBackupInThread() makes the same, and passes refusals on", async () => {
  await using database = await userDatabase();
  const { signal } = new AbortController();
  const order = orderFor(database);
  assert.equal(await makeBackupInThread(order, signal), undefined);
  await database.addUser((await testKey("RSA")).publicKey);
  const made = await makeBackupInThread(order, signal);
  assert.equal(made?.size, (await Deno.stat(order.target)).size);
  const nowhere = { ...order, target: `${database.folder.path}/missing/backup` };
  await assert.rejects(makeBackupInThread(nowhere, signal), {
    code: "file",
    message: /^cannot write .*missing\/backup/,
  });
  const none = { ...order, database: `${database.folder.path}/none` };
  await assert.rejects(makeBackupInThread(none, signal), { code: "storage" });
});

Deno.test("makeBackup() writes nothing while there is no user, and refuses to when none has a key it can use", async () => {
  await using database = await userDatabase();
  assert.equal(await makeBackup(orderFor(database)), undefined);
  await database.addUser((await testKey("Ed25519")).publicKey);
  await assert.rejects(makeBackup(orderFor(database)), { code: "file", message: /: no user has a key/ });
  assert.deepEqual(await others(database), []);
});

Deno.test("userKeys() gives the users whose certificates are valid and not revoked", async () => {
  await using database = await userDatabase();
  const keys = await Promise.all(Array.from({ length: 4 }, () => newKey("P-256")));
  const [valid, expired, revoked, revokedAsBlob] = keys.map(({ publicKey }) => publicKey);
  assert.ok(valid && expired && revoked && revokedAsBlob);
  await database.addUser(valid);
  await database.addUser(expired, NOW - LIFE_SPAN);
  database.revoke(await database.addUser(revoked));
  const { serial } = await database.addUser(revokedAsBlob);
  database.addRow("caurevoked", [utf8(`${serial}`), 0n, 0n]);
  database.addRow("caucrt", [null, "pending", 0n, "a request", null]);
  database.addRow("caucrt", [null, "damaged", 0n, "a request", "no certificate"]);
  database.addRow("caucrt", [null, "binary", 0n, "a request", Uint8Array.of(0xff)]);
  using snapshot = await Snapshot.open(database.path);
  assert.deepEqual((await userKeys(snapshot, NOW + DAY)).map(({ keyId }) => keyId), [valid.keyId]);
  assert.deepEqual(await userKeys(snapshot, NOW + LIFE_SPAN + 1), []);
});

Deno.test("makeBackup() leaves nothing behind when it is given up or the disk fails at any step", async () => {
  await using database = await userDatabase();
  await database.addUser((await testKey("RSA")).publicKey);
  const order = orderFor(database);
  await assert.rejects(makeBackup(order, { signal: AbortSignal.abort() }), { message: /: the backup was given up/ });
  assert.deepEqual(await others(database), []);

  const whole = new FaultyFileSystem(undefined, 4000);
  await makeBackup({ ...order, target: `${order.target}.whole` }, { fileSystem: whole });
  await Deno.remove(`${order.target}.whole`);
  const renaming = whole.steps.findIndex((step) => step.startsWith("rename")) + 1;
  for (let step = 1; step <= renaming; step++) {
    const fileSystem = new FaultyFileSystem({ step, kind: "error" }, 4000);
    await assert.rejects(makeBackup(order, { fileSystem }), { code: "file" }, whole.steps[step - 1]);
    assert.deepEqual(await others(database), [], whole.steps[step - 1]);
  }
});

Deno.test("makeBackup() killed at any step leaves no file with a backup's name that is not whole", async () => {
  await using database = await userDatabase();
  const key = await testKey("RSA");
  await database.addUser(key.publicKey);
  const order = orderFor(database);
  const whole = new FaultyFileSystem(undefined, 8000);
  await makeBackup(order, { fileSystem: whole });
  for (let step = 1; step <= whole.steps.length; step++) {
    await Deno.remove(order.target).catch(() => {});
    const fileSystem = new FaultyFileSystem({ step, kind: "kill" }, 8000);
    await assert.rejects(makeBackup(order, { fileSystem }));
    if (!(await others(database)).includes("backup.sql.caucased")) continue;
    const { statements } = await openBackup(readChunks(order.target), key);
    assert.equal((await Array.fromAsync(statements)).at(-1)?.kind, "commit", whole.steps[step - 1]);
  }
});
