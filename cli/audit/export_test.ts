import assert from "node:assert/strict";
import type { AuditSource } from "../../core/audit/verification.ts";
import { AuditLog } from "../../server/audit/audit_log.ts";
import { openStorage } from "../../server/storage/open.ts";
import { BY, NOW } from "../../tests/contract/store_fixtures.ts";
import { random } from "../../tests/support/issuing.ts";
import { strictLog } from "../../tests/support/recorded_log.ts";
import { isRefusal } from "../../tests/support/refusals.ts";
import { inFolder } from "../../tests/support/temp_folder.ts";
import { exportAudit } from "./export.ts";

/** The log of a database of its own, with some events in it. */
async function withLog(path: string, use: (source: AuditSource) => Promise<void>): Promise<void> {
  const storage = await openStorage(path, strictLog);
  try {
    for (let n = 0; n < 3; n++) await storage.acceptClock(BY);
    const log = new AuditLog({ store: storage.audit, netloc: { text: "ca.example.org" }, random });
    await log.grow(NOW);
    await use(log);
  } finally {
    await storage.close();
  }
}

Deno.test("exportAudit() refuses each time what does not continue the export of before", () =>
  inFolder(async (folder) => {
    const target = `${folder}/log`;
    await withLog(`${folder}/first.sqlite`, async (log) => assert.equal(await exportAudit(log, target), 3));
    const before = await Deno.readTextFile(`${target}/checkpoint`);
    await withLog(`${folder}/other.sqlite`, async (log) => {
      for (let n = 0; n < 2; n++) await assert.rejects(exportAudit(log, target), isRefusal("untrusted"));
    });
    assert.equal(await Deno.readTextFile(`${target}/checkpoint`), before);
  }));
