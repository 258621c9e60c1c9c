/** A restore continues the audit log of the backup, says so in it, and does not fit what came after the backup. */
import assert from "node:assert/strict";
import { verifyAudit } from "../../core/audit/verification.ts";
import { NOW, random } from "../../tests/support/issuing.ts";
import { strictLog } from "../../tests/support/recorded_log.ts";
import { makeRestorable, manageHost } from "../../tests/support/restorable.ts";
import { AuditLog } from "../audit/audit_log.ts";
import { openStorage } from "../storage/open.ts";
import { SqliteAudit } from "../storage/sqlite/audit_tables.ts";
import { Database } from "../storage/sqlite/database.ts";
import { EventTable } from "../storage/sqlite/own_tables.ts";
import { WriteQueue } from "../storage/sqlite/write_queue.ts";
import { manage } from "./manage.ts";

const BY = { actor: { kind: "server" }, now: NOW } as const;

async function grown(path: string, serials: readonly bigint[]): Promise<{ readonly note: string }> {
  const database = new Database(path);
  const events = new EventTable(database);
  for (const serial of serials) events.add("cas", { kind: "revoked", serial, crlNumber: serial }, BY);
  const store = new SqliteAudit(database, new WriteQueue(database));
  const audit = new AuditLog({ store, netloc: { text: "ca.example.com:8009" }, random });
  await audit.grow(NOW);
  const note = await audit.checkpoint();
  database.close();
  return { note };
}

Deno.test("a restored log goes on, and verifyAudit() explains why later checkpoints do not fit", async () => {
  let before = "";
  await using restorable = await makeRestorable(undefined, async (original, publicKey) => {
    const certificate = await original.addUser(publicKey);
    before = (await grown(original.path, [1n, 2n, 3n])).note;
    return certificate;
  });
  // The backup was made; the server went on.
  const { note: soon } = await grown(restorable.original.path, [4n]);
  const { note: late } = await grown(restorable.original.path, Array.from({ length: 40 }, (_, n) => BigInt(n + 5)));
  await manage(restorable.order, manageHost());
  const storage = await openStorage(restorable.order.db, strictLog);
  try {
    const audit = new AuditLog({ store: storage.audit, netloc: { text: "another.example" }, random });
    await audit.grow(NOW);
    const { restored, verifier } = await verifyAudit(audit, { kept: [before] });
    assert.equal(restored.length, 1);
    assert.equal(verifier.name, "ca.example.com:8009/audit", "the log keeps its name");
    for (
      const [note, found] of [[soon, /first \d+ entries are not those/], [late, /had \d+ entries and has/]] as const
    ) {
      await assert.rejects(verifyAudit(audit, { kept: [note] }), (error) => {
        assert.ok(error instanceof Error);
        assert.match(error.message, found);
        assert.match(error.message, new RegExp(`Entry ${restored[0]?.id} says that the database was restored`));
        return true;
      });
    }
  } finally {
    await storage.close();
  }
});
