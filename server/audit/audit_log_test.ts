import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { splitCheckpoints } from "../../core/audit/checkpoint.ts";
import { parseVerifierKey } from "../../core/audit/note.ts";
import { tilePath, tilesOf } from "../../core/audit/tiles.ts";
import { type AuditSource, verifyAudit } from "../../core/audit/verification.ts";
import { addIssuer, BY, newIssuer, newRequest, NOW, renewCrl } from "../../tests/contract/store_fixtures.ts";
import { random } from "../../tests/support/issuing.ts";
import { strictLog } from "../../tests/support/recorded_log.ts";
import { isRefusal } from "../../tests/support/refusals.ts";
import { tempFolder } from "../../tests/support/temp_folder.ts";
import { openStorage } from "../storage/open.ts";
import type { SqliteStorage } from "../storage/sqlite/sqlite_storage.ts";
import { AuditLog } from "./audit_log.ts";

const NETLOC = { text: "ca.example.com:8009" };

interface Scene {
  readonly path: string;
  readonly storage: SqliteStorage;
  readonly audit: AuditLog;
}

/** A database on the disk, and its audit log. */
async function inScene(work: (scene: Scene) => Promise<void>): Promise<void> {
  await using folder = await tempFolder();
  const path = `${folder.path}/caucase.sqlite`;
  await opened(path, work);
}

async function opened(path: string, work: (scene: Scene) => Promise<void>): Promise<void> {
  const storage = await openStorage(path, strictLog);
  try {
    await work({ path, storage, audit: new AuditLog({ store: storage.audit, netloc: NETLOC, random }) });
  } finally {
    await storage.close();
  }
}

async function someEvents({ storage }: Scene, count = 5): Promise<void> {
  const { revocations } = storage.ca("cas");
  const revoke = () => revocations.revoke({ serial: serial++, revocationDate: NOW, listedUntil: NOW + 1000 }, BY);
  await Promise.all(Array.from({ length: count }, revoke));
}

let serial = 1000n;

/** Many events at once, as a database may have that comes from a version without an audit log. */
function manyEvents(path: string, count: number): void {
  using database = new DatabaseSync(path);
  database.prepare(
    "INSERT INTO caucase_event (time, ca, actor, event) WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM " +
      'n WHERE i < ?) SELECT ?, \'cas\', \'{"kind":"server"}\', \'{"kind":"rejected","id":"\' || i || \'"}\' FROM n',
  ).run(count, NOW);
}

function change(path: string, sql: string): void {
  using database = new DatabaseSync(path);
  database.exec(sql);
}

Deno.test("an empty log signs the empty tree, and a log without news signs nothing", () =>
  inScene(async ({ storage, audit }) => {
    await assert.rejects(audit.checkpoint(), isRefusal("not-found"));
    await audit.grow(NOW);
    const { tree, verifier } = await verifyAudit(audit, { kept: [] });
    assert.equal(tree.size, 0);
    assert.equal(verifier.name, "ca.example.com:8009/audit");
    await audit.grow(NOW + 60);
    assert.equal((await storage.audit.checkpoints(0n, 10)).length, 1);
  }));

Deno.test("each checkpoint continues the one before, over restarts too, and all of them hold", async () => {
  await using folder = await tempFolder();
  const path = `${folder.path}/caucase.sqlite`;
  const kept: string[] = [];
  const keys = new Set<string>();
  for (const count of [3, 300, 1]) {
    await opened(path, async (scene) => {
      await someEvents(scene, count);
      await scene.audit.grow(NOW);
      kept.push(await scene.audit.checkpoint());
      keys.add(await scene.audit.verifierKey());
      const { tree, kept: sizes } = await verifyAudit(scene.audit, { kept, entry: 2n });
      assert.equal(tree.size, sizes.at(-1));
    });
  }
  assert.equal(keys.size, 1);
});

Deno.test("many events of before are taken in part by part, and every part is signed", () =>
  inScene(async ({ path, storage, audit }) => {
    manyEvents(path, 10_000);
    await audit.grow(NOW);
    const checkpoints = await storage.audit.checkpoints(0n, 10);
    assert.deepEqual(checkpoints.map(({ size }) => size), [4096, 8192, 10_000]);
    const kept = splitCheckpoints(checkpoints.map(({ note }) => `${note}\n`).join(""));
    const { entry } = await verifyAudit(audit, { kept, entry: 9000n });
    assert.deepEqual(entry?.event, { kind: "rejected", id: "9000" });
  }));

Deno.test("a stop ends the work after the part that is being done; the rest follows", () =>
  inScene(async ({ path, storage, audit }) => {
    manyEvents(path, 10_000);
    await audit.grow(NOW, AbortSignal.abort());
    assert.deepEqual((await storage.audit.checkpoints(0n, 10)).map(({ size }) => size), [4096]);
    await audit.grow(NOW);
    assert.equal((await verifyAudit(audit, { kept: [] })).tree.size, 10_000);
  }));

/** What somebody with the database does to it while no server runs, and what is found then. */
const TAMPERING: Readonly<Record<string, readonly [sql: string, message: RegExp]>> = {
  "the time of an entry": ["UPDATE caucase_event SET time = time + 1 WHERE id = 7", /were changed .*: 7$/],
  "the CA of an entry": ["UPDATE caucase_event SET ca = 'cau' WHERE id = 7", /were changed .*: 7$/],
  "the actor of an entry": [
    'UPDATE caucase_event SET actor = \'{"kind":"server"}\' WHERE id IN (7, 9)',
    /were changed .*: 7, 9$/,
  ],
  "a byte of an entry": ["UPDATE caucase_event SET event = event || ' ' WHERE id = 7", /were changed .*: 7$/],
  "text behind a zero byte": [
    "UPDATE caucase_event SET event = event || char(0) || 'x' WHERE id = 7",
    /were changed .*: 7$/,
  ],
  "the type of a column": ["UPDATE caucase_event SET event = CAST(event AS BLOB) WHERE id = 7", /changed .*: 7$/],
  "a newline in an entry": ["UPDATE caucase_event SET event = event || char(10) WHERE id = 7", /changed .*: 7$/],
  "an entry that is gone": ["DELETE FROM caucase_event WHERE id = 7", /were changed .*: 7$/],
  "two entries that changed places": [
    "UPDATE caucase_event SET id = -1 WHERE id = 7; UPDATE caucase_event SET id = 7 WHERE id = 8; " +
    "UPDATE caucase_event SET id = 8 WHERE id = -1",
    /were changed .*: 7, 8$/,
  ],
  "the last entries": ["DELETE FROM caucase_event WHERE id > 290", /were changed .*: 291, 292/],
  "an entry with its tiles": [
    "UPDATE caucase_event SET time = 1 WHERE id = 7; DELETE FROM caucase_audit_tile; " +
    "DELETE FROM caucase_audit_checkpoint",
    /first 300 entries are not those that the kept checkpoint is of$/,
  ],
  "the last entries with their tiles": [
    "DELETE FROM caucase_event WHERE id > 290; DELETE FROM caucase_audit_tile; DELETE FROM caucase_audit_checkpoint",
    /had 300 entries and has 290 now$/,
  ],
  "a tile above the lowest": [
    "UPDATE caucase_audit_tile SET hashes = zeroblob(32) WHERE level = 1",
    /^the log's tile\/1\/000\.p\/1 is not of its entries: it was changed$/,
  ],
  "everything of the log, the key too": [
    "DELETE FROM caucase_audit_key; DELETE FROM caucase_audit_tile; DELETE FROM caucase_audit_checkpoint",
    /the kept checkpoint is not of this log: a note is signed by .*, not by /,
  ],
};

for (const [what, [sql, message]] of Object.entries(TAMPERING)) {
  Deno.test(`against a checkpoint that was kept elsewhere, verifyAudit() finds: ${what}`, async () => {
    await using folder = await tempFolder();
    const path = `${folder.path}/caucase.sqlite`;
    let kept = "";
    await opened(path, async (scene) => {
      await someEvents(scene, 300);
      await scene.audit.grow(NOW);
      kept = await scene.audit.checkpoint();
      await verifyAudit(scene.audit, { kept: [kept] });
    });
    change(path, sql);
    await opened(path, async ({ audit }) => {
      // Of some of it the log itself takes notice, and signs nothing more.
      await audit.grow(NOW + 60).catch((error) => assert.ok(isRefusal("storage")(error)));
      await assert.rejects(verifyAudit(audit, { kept: [kept] }), (error) => {
        assert.ok(isRefusal("untrusted")(error) && error instanceof Error);
        assert.match(error.message, message);
        return true;
      });
    });
  });
}

Deno.test("a log whose tiles were changed signs nothing more, and says so", async () => {
  await using folder = await tempFolder();
  const path = `${folder.path}/caucase.sqlite`;
  await opened(path, async (scene) => {
    await someEvents(scene, 300);
    await scene.audit.grow(NOW);
  });
  for (
    const sql of [
      "UPDATE caucase_audit_tile SET hashes = zeroblob(44 * 32) WHERE level = 0 AND number = 1",
      "DELETE FROM caucase_audit_tile WHERE level = 1",
    ]
  ) {
    change(path, sql);
    await opened(path, async (scene) => {
      await someEvents(scene, 1);
      await assert.rejects(scene.audit.grow(NOW), isRefusal("storage"));
      await assert.rejects(verifyAudit(scene.audit, { kept: [] }), { name: "CaucaseError" });
    });
  }
});

Deno.test("a log whose last events were removed signs nothing for those that get their numbers", async () => {
  await using folder = await tempFolder();
  const path = `${folder.path}/caucase.sqlite`;
  await opened(path, async (scene) => {
    await someEvents(scene, 300);
    await scene.audit.grow(NOW);
  });
  change(path, "DELETE FROM caucase_event WHERE id > 290");
  for (const count of [0, 20]) {
    await opened(path, async (scene) => {
      await someEvents(scene, count);
      await assert.rejects(scene.audit.grow(NOW), /is of 300 events, and the last of them is not there/);
    });
  }
});

Deno.test("a log whose key was changed says so", async () => {
  await using folder = await tempFolder();
  const path = `${folder.path}/caucase.sqlite`;
  await opened(path, ({ audit }) => audit.grow(NOW));
  for (const key of ["randomblob(32)", "x''", "zeroblob(48)"]) {
    change(path, `UPDATE caucase_audit_key SET key = ${key}`);
    await opened(path, async ({ audit }) => {
      await assert.rejects(audit.grow(NOW), isRefusal("storage"), key);
      await assert.rejects(audit.verifierKey(), isRefusal("storage"), key);
    });
  }
});

Deno.test("an event that is missing before others keeps the log from growing over the gap", () =>
  inScene(async (scene) => {
    await someEvents(scene, 5);
    change(scene.path, "DELETE FROM caucase_event WHERE id = 3");
    await assert.rejects(scene.audit.grow(NOW), /event 3 is missing/);
  }));

Deno.test("a tile of another log is refused", async () => {
  await inScene(async (one) => {
    await someEvents(one, 300);
    await one.audit.grow(NOW);
    await inScene(async (other) => {
      await someEvents(other, 300);
      await other.audit.grow(NOW);
      for (const level of [0, "entries"] as const) {
        const mixed: AuditSource = {
          verifierKey: () => one.audit.verifierKey(),
          checkpoint: () => one.audit.checkpoint(),
          tile: (name) => (name.level === level ? other.audit : one.audit).tile(name),
        };
        await assert.rejects(verifyAudit(mixed, { kept: [] }), isRefusal("untrusted"), String(level));
      }
      const both: AuditSource = {
        verifierKey: () => one.audit.verifierKey(),
        checkpoint: () => one.audit.checkpoint(),
        tile: (name) => other.audit.tile(name),
      };
      await assert.rejects(verifyAudit(both, { kept: [] }), /signs for other entries/);
      const forged: AuditSource = {
        verifierKey: () => one.audit.verifierKey(),
        checkpoint: () => other.audit.checkpoint(),
        tile: (name) => other.audit.tile(name),
      };
      await assert.rejects(verifyAudit(forged, { kept: [] }), isRefusal("untrusted"));
    });
  });
});

Deno.test("tile() has every tile of the newest checkpoint, at any width up to that, and no more", () =>
  inScene(async (scene) => {
    await someEvents(scene, 259);
    await scene.audit.grow(NOW);
    await someEvents(scene, 1);
    for (const name of tilesOf(259)) assert.ok((await scene.audit.tile(name)).length > 0, tilePath(name));
    assert.equal((await scene.audit.tile({ level: 0, index: 0, width: 7 })).length, 7 * 32);
    for (const level of [0, "entries"] as const) {
      await assert.rejects(scene.audit.tile({ level, index: 1, width: 4 }), isRefusal("not-found"));
    }
    await assert.rejects(scene.audit.tile({ level: 1, index: 0, width: 2 }), isRefusal("not-found"));
    await assert.rejects(verifyAudit(scene.audit, { kept: [], entry: 260n }), isRefusal("not-found"));
    parseVerifierKey(await scene.audit.verifierKey());
  }));

Deno.test("users' addresses and refused actions are entries as all others", () =>
  inScene(async ({ storage, audit }) => {
    const actor = { kind: "user", issuer: "ab", serial: 5n, address: "192.0.2.7" } as const;
    await addIssuer(storage.ca("cau"), newIssuer(1));
    await storage.ca("cas").requests.submit(newRequest(1));
    await renewCrl(storage.ca("cas"), NOW);
    const refused = { kind: "refused", action: "sign", object: "/cas/crt/5", code: "not-found" } as const;
    await storage.recordRefused("cas", { ...refused, reason: "no request 5", omitted: 2 }, { actor, now: NOW });
    await audit.grow(NOW);
    const { entry } = await verifyAudit(audit, { kept: [], entry: 4n });
    assert.deepEqual(entry, {
      id: 4n,
      time: NOW,
      ca: "cas",
      actor: { kind: "user", issuer: "ab", serial: "5", address: "192.0.2.7" },
      event: { ...refused, reason: "no request 5", omitted: 2 },
    });
    assert.deepEqual((await storage.events(3n, 1))[0]?.actor, actor);
  }));
