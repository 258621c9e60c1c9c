/** A restore that is killed, or runs out of disk, leaves no database; the next one works. */
import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { type Outcome, runCommand, RunningProcess } from "../support/process.ts";
import { makeRestorable, type Restorable } from "../support/restorable.ts";
import { OUR_PROGRAM } from "../support/server_process.ts";
import type { UserDatabase } from "../support/user_database.ts";

const MEGABYTE = 1024 * 1024;
/** Enough for a restore to be met in its middle. */
const PADDING = 24;

function fill(database: UserDatabase): void {
  database.writer.exec("CREATE TABLE padding (text TEXT)");
  for (let row = 0; row < PADDING; row++) database.addRow("padding", ["x".repeat(MEGABYTE)]);
}

/** Starts a restore, after the shell commands `before`. */
function start({ order: { db }, files }: Restorable, before = ":"): RunningProcess {
  const { backup, key, csr, crt } = files;
  const command = [...OUR_PROGRAM, "manage", "--db", db, "--restore-backup", backup, key, csr, crt];
  return new RunningProcess(["sh", "-c", `${before}; exec "$@"`, "sh", ...command], { cwd: "/" });
}

async function restore(restorable: Restorable, before?: string): Promise<Outcome> {
  await using process = start(restorable, before);
  return await process.ended;
}

function folderOf({ order }: Restorable): string {
  return order.db.slice(0, order.db.lastIndexOf("/"));
}

function temporaries(restorable: Restorable): string[] {
  return restorable.list().filter((name) => name.startsWith(".caucase-"));
}

/** Resolves when the restore under way has written `size` bytes of a database, or ends. */
async function untilWritten(restorable: Restorable, size: number): Promise<void> {
  for (let attempt = 0; attempt < 3000; attempt++) {
    for (const name of temporaries(restorable)) {
      const written = await Deno.stat(`${folderOf(restorable)}/${name}`).then((status) => status.size, () => 0);
      if (written >= size) return;
    }
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  throw new Error(`the restore never wrote ${size} bytes`);
}

async function assertRestored(restorable: Restorable): Promise<void> {
  using database = new DatabaseSync(restorable.order.db, { readOnly: true });
  assert.equal(database.prepare("SELECT SUM(length(text)) AS n FROM padding").get()?.["n"], PADDING * MEGABYTE);
  assert.equal(database.prepare("SELECT COUNT(*) AS n FROM caurevoked").get()?.["n"], 1);
  assert.equal(database.prepare("PRAGMA integrity_check").get()?.["integrity_check"], "ok");
  assert.match(
    await Deno.readTextFile(restorable.files.crt),
    /^-----BEGIN CERTIFICATE-----\n[^-]*-----END CERTIFICATE-----\n$/,
  );
}

interface PartialRestore {
  readonly process: RunningProcess;
  /** Resolves when nobody reads the pipe any more, or when all that it gives was read. */
  readonly fed: Promise<"stopped reading" | "read all">;
}

/**
 * Starts a restore from a named pipe that gives all of the backup but its end: it can be met in its middle, and cannot
 * finish.
 */
async function startWithoutTheEnd(restorable: Restorable): Promise<PartialRestore> {
  const { backup } = restorable.files;
  const bytes = (await Deno.readFile(backup)).subarray(0, -MEGABYTE);
  const pipe = `${folderOf(restorable)}/pipe`;
  await runCommand(["mkfifo", pipe], { cwd: "/" });
  const process = start({ ...restorable, files: { ...restorable.files, backup: pipe } });
  // Resolves when the process has opened the other end.
  const end = await Deno.open(pipe, { write: true });
  await Deno.remove(pipe);
  const fed = feed(end, bytes).then(() => "read all" as const, () => "stopped reading" as const);
  return { process, fed: fed.finally(() => end.close()) };
}

async function feed(pipe: Deno.FsFile, bytes: Uint8Array): Promise<void> {
  for (let start = 0; start < bytes.length; start += MEGABYTE / 16) {
    await pipe.write(bytes.subarray(start, start + MEGABYTE / 16));
  }
}

/** Asserts that a kill left nothing but one private temporary file, and removes that. */
async function assertNothingLeft(restorable: Restorable, before: readonly string[]): Promise<void> {
  const temporary = temporaries(restorable);
  assert.deepEqual(restorable.list().filter((name) => !temporary.includes(name)), before);
  assert.equal(temporary.length, 1);
  for (const name of temporary) {
    const path = `${folderOf(restorable)}/${name}`;
    assert.equal(((await Deno.stat(path)).mode ?? 0) & 0o777, 0o600);
    await Deno.remove(path);
  }
}

Deno.test("kill -9 during a restore leaves no database, nothing that others may read, and the next one works", async () => {
  await using restorable = await makeRestorable(fill);
  const before = restorable.list();
  for (const size of [0, MEGABYTE, 8 * MEGABYTE]) {
    const { process, fed } = await startWithoutTheEnd(restorable);
    await using killed = process;
    await untilWritten(restorable, size);
    await killed.stop("SIGKILL");
    assert.equal(await fed, "stopped reading", `killed after ${size} bytes`);
    await assertNothingLeft(restorable, before);
  }
  const { status, out, err } = await restore(restorable);
  assert.deepEqual({ status, out }, { status: 0, out: "" }, err);
  await assertRestored(restorable);
});

Deno.test("kill -9 near the end of a restore leaves no database, or all of it", async () => {
  await using restorable = await makeRestorable(fill);
  const before = restorable.list();
  await using process = start(restorable);
  await untilWritten(restorable, (PADDING - 1) * MEGABYTE);
  await process.stop("SIGKILL");
  const isThere = await Deno.stat(restorable.order.db).then(() => true, () => false);
  if (isThere) {
    using database = new DatabaseSync(restorable.order.db, { readOnly: true });
    assert.equal(database.prepare("PRAGMA integrity_check").get()?.["integrity_check"], "ok");
    assert.equal(database.prepare("SELECT COUNT(*) AS n FROM caurevoked").get()?.["n"], 1);
  } else {
    await assertNothingLeft(restorable, before);
  }
});

Deno.test("a restore that is told to stop leaves nothing, and says so", async () => {
  await using restorable = await makeRestorable(fill);
  const before = restorable.list();
  const { process, fed } = await startWithoutTheEnd(restorable);
  await using told = process;
  await untilWritten(restorable, 2 * MEGABYTE);
  const { status, err } = await told.stop("SIGTERM");
  assert.equal(status, 1, err);
  assert.match(err, /^error: the restore was stopped: there is no database at /);
  assert.equal(await fed, "stopped reading");
  assert.deepEqual(restorable.list(), before);
});

Deno.test("a restore that may write no further says so and leaves nothing; the next one works", async () => {
  await using restorable = await makeRestorable(fill);
  const before = restorable.list();
  // Files of more than about 8 MB: the write that goes on fails, as on a full disk.
  const { status, out, err } = await restore(restorable, "trap '' XFSZ; ulimit -f 16000");
  assert.deepEqual({ status, out }, { status: 1, out: "" }, err);
  assert.match(err, /^error: cannot use the database .*new\.sqlite: [^\n]+\n$/);
  assert.deepEqual(restorable.list(), before);
  assert.equal((await restore(restorable)).status, 0);
  await assertRestored(restorable);
});
