/**
 * A database that cannot be used is refused with the reason and what to do, untouched; one that fails later costs only
 * what needs it.
 */
import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { certify, CSR_TYPE, type Reply } from "../support/desk.ts";
import { newEcKey } from "../support/issuing.ts";
import { NetworkDesk } from "../support/network_desk.ts";
import { csrFor } from "../support/requests.ts";
import { startServer } from "../support/server_process.ts";
import { namesIn } from "../support/files.ts";
import { FILES, type ServedFolder, servedFolder, tryServe } from "./served_folder.ts";

const PAGE = 4096;
/** Larger than what is looked through when it is opened, in MB. */
const LARGE = 33;
const ROWS = 200;

interface DatabaseRefusal {
  /** Makes a good database a bad one; what it gives back is disposed of after the attempt. */
  readonly change: (folder: ServedFolder) => Disposable | void;
  /** What is said after the database's path, the hint included. */
  readonly says: RegExp;
  readonly before?: readonly string[];
}

/** Rights that even root has to mind. */
const WITHOUT_OVERRIDE = ["setpriv", "--bounding-set", "-dac_override,-dac_read_search"];
const canDropRights = Deno.build.os === "linux" && Deno.uid() === 0;

const RESTORE = "put it aside and restore a backup with manage --restore-backup";

const REFUSED: Readonly<Record<string, DatabaseRefusal>> = {
  "locked by another program": {
    change: ({ db }) => lock(db),
    says: /: another program keeps it locked \(end programs that write to it, .*\)$/,
  },
  "with a damaged page": {
    change: ({ db }) => overwrite(db, middleOf(db), new Uint8Array(PAGE)),
    says: new RegExp(`: it is damaged \\(${RESTORE}\\)$`),
  },
  "with a damaged header": {
    change: ({ db }) => overwrite(db, 0, new Uint8Array(100)),
    says: /: it is not an SQLite database \(check the path given with --db\)$/,
  },
  "that ends in its middle": {
    change: ({ db }) => Deno.truncateSync(db, middleOf(db)),
    says: new RegExp(`: it is damaged \\(${RESTORE}\\)$`),
  },
  "that is none": {
    change: ({ db }) => Deno.writeTextFileSync(db, "a diary\n".repeat(1000)),
    says: /: it is not an SQLite database \(check the path given with --db\)$/,
  },
  "of another program": {
    change: ({ db }) => {
      Deno.removeSync(db);
      execute(db, "CREATE TABLE bookmarks (url TEXT); INSERT INTO bookmarks VALUES ('http://localhost/')");
    },
    says: /: it holds tables of another program alone \(check the path given with --db: .*\)$/,
  },
  "of a version to come": {
    change: ({ db }) => execute(db, "PRAGMA user_version = 2"),
    says: /: its schema has version 2, which is not known \(use the version of caucase that made it\)$/,
  },
  ...(canDropRights && {
    "that may only be read": {
      change: ({ db }) => Deno.chmodSync(db, 0o400),
      says: /: it cannot be written \(check owner and mode of the file and its folder, .*\)$/,
      before: WITHOUT_OVERRIDE,
    },
    "in a folder that may only be read": {
      change({ path }) {
        Deno.removeSync(`${path}/caucase.sqlite.lock`);
        Deno.chmodSync(path, 0o500);
      },
      says: /^error: cannot open .*caucase\.sqlite\.lock: permission denied/,
      before: WITHOUT_OVERRIDE,
    },
  }),
};

if (!canDropRights) console.log("left out: databases that may only be read (as root on Linux, with setpriv)");

for (const [which, { change, says, before }] of Object.entries(REFUSED)) {
  Deno.test(`serve refuses a database ${which}, says what to do, and leaves it as it is`, async () => {
    await using folder = await servedFolder();
    const good = await Deno.readFile(folder.db);
    const held = change(folder);
    // Not while it is locked: closing the file would drop the lock.
    const bytes = held === undefined ? await Deno.readFile(folder.db) : good;
    const { status, out, err } = await tryServe(folder.path, before);
    assert.deepEqual([status, out], [1, ""], err);
    const [line = "", ...more] = err.trimEnd().split("\n").filter((each) =>
      !each.includes(" warning storage.readable: ")
    );
    assert.deepEqual(more, [], "one line");
    assert.match(line, /^error: [^\n]*caucase\.sqlite/);
    assert.match(line, says);
    held?.[Symbol.dispose]();
    assert.deepEqual(await Deno.readFile(folder.db), bytes);
    if (held !== undefined) await assertServesOnce(folder);
    Deno.chmodSync(folder.path, 0o700);
    assert.deepEqual(namesIn(folder.path).filter((name) => !FILES.some((known) => known === name)), []);
  });
}

/** What stood in the way is gone. */
async function assertServesOnce(folder: ServedFolder): Promise<void> {
  await using server = await startServer({ folder: folder.path });
  assert.equal((await server.stop()).status, 0);
}

Deno.test("serve answers reads while another program keeps the database locked, refuses writes, and goes on after", async () => {
  await using folder = await servedFolder();
  await using server = await startServer({ folder: folder.path });
  using desk = new NetworkDesk(server.port);
  const { cert } = await certify(desk, folder.user);
  const send = async (): Promise<Reply> =>
    await desk.ask("PUT", "/cas/csr", { body: await csrFor(await newEcKey()), headers: CSR_TYPE });
  {
    using _held = lock(folder.db);
    const start = performance.now();
    const { status, text } = await send();
    assert.deepEqual([status, text], [500, ""], "nothing of it is told to strangers");
    assert.ok(performance.now() - start < 20_000, "nobody else is served while it waits, so it does not wait for long");
    for (const path of ["/cas/crl", "/cas/crt/ca.crt.pem", "/cau/crt/ca.crt.json"]) {
      assert.equal((await desk.ask("GET", path)).status, 200, path);
    }
  }
  assert.match(server.process.written.err, /PUT \/cas\/csr: .*: another program keeps it locked/);
  assert.equal((await send()).status, 201);
  const { status, err } = await server.stop();
  assert.equal(status, 0, err);
  assert.deepEqual(rows(folder.db, "SELECT COUNT(*) AS n FROM cascrt WHERE crt IS NULL"), [{ n: 1 }]);
  assert.equal(rows(folder.db, "SELECT CAST(crt AS TEXT) AS pem FROM cascrt WHERE crt IS NOT NULL")[0]?.["pem"], cert);
});

Deno.test("damage in a large database costs the requests that meet it, and is said with what to do", async () => {
  await using folder = await servedFolder();
  execute(folder.db, "CREATE TABLE padding (bytes BLOB)");
  execute(folder.db, `INSERT INTO padding VALUES (zeroblob(${LARGE * 1_000_000}))`);
  const expiry = Math.floor(Date.now() / 1000) + 86_400;
  execute(
    folder.db,
    `WITH RECURSIVE ids(id) AS (SELECT 1 UNION ALL SELECT id + 1 FROM ids WHERE id < ${ROWS})
     INSERT INTO cascrt SELECT id, CAST(id AS BLOB), ${expiry}, zeroblob(900), zeroblob(900) FROM ids`,
  );
  const pages = rows(folder.db, "SELECT pageno FROM dbstat WHERE name = 'cascrt' AND pagetype = 'leaf' ORDER BY path");
  const page = Number(pages[Math.floor(pages.length / 2)]?.["pageno"]);
  overwrite(folder.db, (page - 1) * PAGE, new Uint8Array(PAGE));
  await using server = await startServer({ folder: folder.path });
  using desk = new NetworkDesk(server.port);
  const ids = Array.from({ length: ROWS }, (_, index) => index + 1);
  const answers = await Promise.all(ids.map((id) => desk.ask("GET", `/cas/csr/${id}`)));
  const lost = answers.filter(({ status }) => status !== 200);
  assert.ok(lost.length > 0 && lost.length < ROWS / 10, `${lost.length} of ${ROWS}`);
  for (const { status, text } of lost) assert.deepEqual([status, text], [500, ""]);
  assert.match(
    server.process.written.err,
    / request\.failed: GET \/cas\/csr\/\d+: [^\n]*: it is damaged \(put it aside and restore/m,
  );
  assert.equal((await desk.ask("GET", "/cas/crl")).status, 200);
  await certify(desk, folder.user, "cau");
});

const LOST: Readonly<Record<string, { readonly lose: (db: string) => void; readonly says: RegExp }>> = {
  "deleted": {
    lose: (db) => Deno.removeSync(db),
    says: /caucase\.sqlite was deleted or moved away while it was in use/,
  },
  "moved away": {
    lose: (db) => Deno.renameSync(db, `${db}.old`),
    says: /caucase\.sqlite was deleted or moved away while it was in use/,
  },
  "replaced by a restore": {
    lose(db) {
      Deno.copyFileSync(db, `${db}.copy`);
      Deno.renameSync(`${db}.copy`, db);
    },
    says: /caucase\.sqlite was replaced by another file while it was in use/,
  },
};

for (const [how, { lose, says }] of Object.entries(LOST)) {
  Deno.test(`serve ends when its database is ${how}, says which, and acknowledges nothing after`, async () => {
    await using folder = await servedFolder();
    await using server = await startServer({ folder: folder.path });
    using desk = new NetworkDesk(server.port);
    const pending = await csrFor(await newEcKey());
    assert.equal((await desk.ask("PUT", "/cas/csr", { body: pending, headers: CSR_TYPE })).status, 201);
    const body = await csrFor(await newEcKey());
    lose(folder.db);
    const after = await desk.ask("PUT", "/cas/csr", { body, headers: CSR_TYPE }).catch(() => undefined);
    assert.notEqual(after?.status, 201);
    const { status, err } = await soon(server.process.ended);
    assert.equal(status, 1);
    assert.match(err, says);
    assert.match(err, /put the right file there, with its -wal, and start again/);
  });
}

/** It takes half a second, and the time that a process needs to end. */
async function soon<T>(outcome: Promise<T>): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new Error("the server goes on")), 10_000);
  try {
    return await Promise.race([outcome, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}

/** Keeps the database from everybody else, as an open `sqlite3` session may. */
function lock(path: string): Disposable {
  const database = new DatabaseSync(path);
  database.exec("BEGIN EXCLUSIVE");
  return { [Symbol.dispose]: () => database.close() };
}

function execute(path: string, sql: string): void {
  const database = new DatabaseSync(path);
  try {
    database.exec(sql);
  } finally {
    database.close();
  }
}

function rows(path: string, sql: string) {
  const database = new DatabaseSync(path, { readOnly: true });
  try {
    return database.prepare(sql).all().map((row) => ({ ...row }));
  } finally {
    database.close();
  }
}

function middleOf(path: string): number {
  return Math.floor(Deno.statSync(path).size / PAGE / 2) * PAGE;
}

function overwrite(path: string, offset: number, bytes: Uint8Array): void {
  using file = Deno.openSync(path, { write: true });
  file.seekSync(offset, Deno.SeekMode.Start);
  file.writeSync(bytes);
}
