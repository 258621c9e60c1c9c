import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { OPERATOR } from "../../core/ca/actor.ts";
import { seedIssuers, testCas } from "../../tests/support/certificate_authorities.ts";
import { crlContent, renewCrl } from "../../tests/contract/store_fixtures.ts";
import { namesIn } from "../../tests/support/files.ts";
import { by, NOW } from "../../tests/support/issuing.ts";
import { newKey } from "../../tests/support/keys.ts";
import { strictLog } from "../../tests/support/recorded_log.ts";
import { csrFor } from "../../tests/support/requests.ts";
import { tempFolder } from "../../tests/support/temp_folder.ts";
import { RESTORED_MARK } from "../storage/sqlite/restored_mark.ts";
import { openSqliteStorage, type SqliteStorage } from "../storage/sqlite/sqlite_storage.ts";
import { repair } from "./repair.ts";

class RepairDesk implements AsyncDisposable {
  private constructor(private readonly folder: AsyncDisposable & { readonly path: string }) {}

  static async open(): Promise<RepairDesk> {
    const desk = new RepairDesk(await tempFolder());
    await desk.with(seedIssuers);
    return desk;
  }

  get db(): string {
    return `${this.folder.path}/db`;
  }

  async with<T>(action: (storage: SqliteStorage) => Promise<T>): Promise<T> {
    const storage = await openSqliteStorage({ path: this.db, lock: true, log: strictLog });
    try {
      return await action(storage);
    } finally {
      await storage.close();
    }
  }

  repair(what: "raiseCrlNumbers" | "admitUser", now = NOW) {
    const nothing = { raiseCrlNumbers: false, admitUser: false };
    return repair({ ...nothing, db: this.db, [what]: true }, { now, log: strictLog });
  }

  /** Sends requests of new users to a server that is told to sign `userAutoApprove`: which of them were signed. */
  send(count: number, options: Parameters<typeof testCas>[1] = {}): Promise<boolean[]> {
    return this.with(async (storage) => {
      const { issuance } = testCas(storage, options).cau;
      await issuance.settleAutoSignAmount();
      const signed: boolean[] = [];
      for (let sent = 0; sent < count; sent++) {
        const id = await issuance.submit(await csrFor(await newKey("P-256")), by(NOW));
        signed.push(!(await issuance.pending()).some((request) => request.id === id));
      }
      return signed;
    });
  }

  async events(kind: string) {
    const events = await this.with((storage) => storage.events(0n, 100));
    return events.filter(({ event }) => event.kind === kind).map((
      { ca, actor, now, event },
    ) => [ca, actor, now, event]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.folder[Symbol.asyncDispose]();
  }
}

Deno.test("repair() has exactly one more request of a user signed, whatever the server is told", async () => {
  for (const options of [{ lock: true }, { lock: true, userAutoApprove: 0 }, {}, { userAutoApprove: 9 }]) {
    await using desk = await RepairDesk.open();
    await desk.send(2, options);
    assert.deepEqual(await desk.repair("admitUser"), { raised: [], admission: { amount: 3, wasOpen: false } });
    assert.deepEqual(await desk.repair("admitUser"), { raised: [], admission: { amount: 3, wasOpen: true } });
    assert.deepEqual(await desk.send(3, options), [true, false, false], JSON.stringify(options));
    assert.deepEqual(await desk.send(1, options), [false]);
    const event = { kind: "admission-opened", amount: 3 };
    assert.deepEqual(await desk.events("admission-opened"), [["cau", OPERATOR, NOW, event]]);
    assert.deepEqual((await desk.repair("admitUser")).admission, { amount: 7, wasOpen: false });
  }
});

Deno.test("repair() raises the numbers of both published CRLs, moves no date, and says what was before", async () => {
  await using desk = await RepairDesk.open();
  await desk.with((storage) => renewCrl(storage.ca("cas"), NOW));
  assert.deepEqual((await desk.repair("raiseCrlNumbers", NOW + 1)).raised, [
    { ca: "cas", from: 1n, to: 1_000_001n, raisedBefore: undefined },
    { ca: "cau", from: 0n, to: 1_000_000n, raisedBefore: undefined },
  ]);
  const { number, thisUpdate } = await desk.with((storage) => crlContent(storage.ca("cas")));
  assert.deepEqual([number, thisUpdate], [1_000_001n, NOW]);
  assert.deepEqual(await desk.events("crl-number-raised"), [
    ["cas", OPERATOR, NOW + 1, { kind: "crl-number-raised", crlNumber: 1_000_001n }],
    ["cau", OPERATOR, NOW + 1, { kind: "crl-number-raised", crlNumber: 1_000_000n }],
  ]);
  assert.deepEqual((await desk.repair("raiseCrlNumbers", NOW + 2)).raised, [
    { ca: "cas", from: 1_000_001n, to: 2_000_001n, raisedBefore: NOW + 1 },
    { ca: "cau", from: 1_000_000n, to: 2_000_000n, raisedBefore: NOW + 1 },
  ]);
});

Deno.test("repair() raises no number that jumps by itself, or that becomes too large, and none of them then", async () => {
  await using desk = await RepairDesk.open();
  const execute = (sql: string) => {
    using database = new DatabaseSync(desk.db);
    database.exec(sql);
  };
  execute(`PRAGMA user_version = ${RESTORED_MARK}`);
  await assert.rejects(desk.repair("raiseCrlNumbers"), { code: "unacceptable", message: /restored from a backup/ });
  execute(`PRAGMA user_version = 0; INSERT INTO caucounter (name, value) VALUES ('crl_number', ${2n ** 62n})`);
  await assert.rejects(desk.repair("raiseCrlNumbers"), { code: "unacceptable", message: /too large/ });
  assert.equal((await desk.with((storage) => crlContent(storage.ca("cas")))).number, 0n);
  assert.deepEqual(await desk.events("crl-number-raised"), []);
});

Deno.test("repair() refuses a database that a server uses, and makes none", async () => {
  await using desk = await RepairDesk.open();
  await desk.with((_) => assert.rejects(desk.repair("raiseCrlNumbers"), { code: "in-use" }));
  await using folder = await tempFolder();
  const order = { db: `${folder.path}/none`, raiseCrlNumbers: true, admitUser: true };
  await assert.rejects(repair(order, { now: NOW, log: strictLog }), { code: "storage" });
  assert.deepEqual(namesIn(folder.path), []);
});
