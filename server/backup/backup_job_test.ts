import assert from "node:assert/strict";
import { encodeBackupHeader, RSA_RECIPIENT_CIPHER } from "../../core/backup/container.ts";
import { CaucaseError } from "../../core/errors.ts";
import { createLog, sentenceOf } from "../../core/log.ts";
import { tempFolder } from "../../tests/support/temp_folder.ts";
import { backupName } from "./backup_folder.ts";
import { createBackupJob } from "./backup_job.ts";
import type { BackupOrder, MadeBackup } from "./make_backup.ts";

const KEY_ID = "ab".repeat(20);
const PERIOD = 86_400;
/** Files get the real time as ctime: the job's clock goes by it. */
const START = Math.floor(Date.now() / 1000);

interface Setup {
  readonly keep?: number;
  readonly make?: (order: BackupOrder) => Promise<MadeBackup | undefined>;
}

/** A job on a folder of its own, whose backups are headers alone. */
async function setUp({ keep, make = writeHeader }: Setup = {}) {
  const folder = await tempFolder();
  const lines: string[] = [];
  const orders: BackupOrder[] = [];
  const stopping = new AbortController();
  const newJob = () =>
    createBackupJob({
      database: "/the/database",
      settings: { folder: folder.path, period: PERIOD, keep },
      log: createLog((record) => lines.push(sentenceOf(record).replaceAll(folder.path, "FOLDER"))),
      signal: stopping.signal,
      make: (order) => {
        orders.push(order);
        return make(order);
      },
    });
  return { folder, lines, orders, stopping, newJob, [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose]() };
}

async function writeHeader({ target }: BackupOrder): Promise<MadeBackup> {
  const recipient = { keyId: KEY_ID, cipher: RSA_RECIPIENT_CIPHER, encryptedKey: new Uint8Array(256) } as const;
  const bytes = encodeBackupHeader({ iv: new Uint8Array(16), recipients: [recipient] });
  await Deno.writeFile(target, bytes);
  return { size: bytes.length, recipients: [KEY_ID], usersLeftOut: [], objectsLeftOut: [] };
}

Deno.test("the first backup is made at once, the next a period later, and the log says so", async () => {
  await using setup = await setUp();
  const job = setup.newJob();
  assert.equal(await job.run(START), START + PERIOD);
  const target = `${setup.folder.path}/${backupName(START)}`;
  assert.deepEqual(setup.orders, [{ database: "/the/database", target, now: START }]);
  assert.equal(setup.lines[0], "there is no backup in FOLDER yet");
  assert.match(
    setup.lines[1] ?? "",
    new RegExp(`^made the backup FOLDER/\\d{14}\\.sql\\.caucased: 1 kB in .* s, opened by ${KEY_ID}$`),
  );
});

Deno.test("a new start counts from the newest backup in the folder, and says how old it is and who can open it", async () => {
  await using setup = await setUp();
  await setup.newJob().run(START);
  setup.lines.length = 0;
  const job = setup.newJob();
  const hour = START + 3600;
  const dueAt = await job.run(hour);
  assert.ok(Math.abs(dueAt - (START + PERIOD)) < 60, "by the file's ctime");
  assert.equal(setup.orders.length, 1);
  assert.match(
    setup.lines.join("\n"),
    new RegExp(`^newest backup: FOLDER/\\d+.*, made (0\\.9|1\\.0) h ago, 1 kB, opened by ${KEY_ID}$`),
  );
  await job.run(dueAt);
  assert.equal(setup.orders.length, 2);
  assert.equal(setup.lines.length, 2, "the newest one is announced once");
});

Deno.test("while there is no user it looks again after an hour, and says nothing about it", async () => {
  await using setup = await setUp({ make: () => Promise.resolve(undefined) });
  const job = setup.newJob();
  assert.equal(await job.run(START), START + 3600);
  assert.equal(await job.run(START + 3600), START + 7200);
  assert.deepEqual(setup.lines, ["there is no backup in FOLDER yet"]);
});

Deno.test("a file in the folder that is no backup is named as such", async () => {
  await using setup = await setUp();
  await Deno.writeTextFile(`${setup.folder.path}/x.sql.caucased`, "no backup");
  await setup.newJob().run(START + 60);
  assert.match(
    setup.lines[0] ?? "",
    /^newest backup: FOLDER\/x\.sql\.caucased, made .* ago; cannot read .*not a backup of caucase$/,
  );
});

Deno.test("old backups are removed after a new one was made, and only then", async () => {
  let fails = true;
  await using setup = await setUp({
    keep: 2,
    make: (order) => fails ? Promise.reject(new CaucaseError("file", "disk full")) : writeHeader(order),
  });
  const old = ["20200101000000", "20200102000000"].map((time) => `${time}.sql.caucased`);
  for (const name of old) await Deno.writeTextFile(`${setup.folder.path}/${name}`, "");
  const names = async () => (await Array.fromAsync(Deno.readDir(setup.folder.path))).map(({ name }) => name).sort();
  const job = setup.newJob();
  const due = START + 2 * PERIOD;
  await assert.rejects(job.run(due), { message: "disk full" });
  assert.deepEqual(await names(), old);
  fails = false;
  await job.run(due);
  assert.deepEqual(await names(), [old[1], backupName(due)]);
});

Deno.test("who and what a backup leaves out is said each time", async () => {
  const usersLeftOut = Array.from({ length: 22 }, (_, index) => `${index}`.padStart(40, "0"));
  await using setup = await setUp({
    make: () => Promise.resolve({ size: 12_345_678, recipients: [KEY_ID], usersLeftOut, objectsLeftOut: ['view "v"'] }),
  });
  await setup.newJob().run(START);
  const [, made, users, objects] = setup.lines;
  assert.match(made ?? "", /: 12\.3 MB in /);
  assert.match(users ?? "", /^users whose keys are not RSA, .*: 0{40}, .* and 2 more$/);
  assert.match(objects ?? "", /^this backup leaves out .*: view "v"$/);
});

Deno.test("a backup that a stop interrupts is no failure", async () => {
  await using setup = await setUp({ make: () => Promise.reject(new CaucaseError("file", "given up")) });
  const job = setup.newJob();
  await assert.rejects(job.run(START), { message: "given up" });
  setup.stopping.abort();
  assert.equal(await job.run(START), START);
});
