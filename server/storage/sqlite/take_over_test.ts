import assert from "node:assert/strict";
import { BY, crlContent, listed, newIssuer, NOW, revocation } from "../../../tests/contract/store_fixtures.ts";
import { tempFolder } from "../../../tests/support/temp_folder.ts";
import type { CrlToImport } from "./take_over.ts";
import { openSqliteStorage, type SqliteStorage } from "./sqlite_storage.ts";
import { strictLog } from "../../../tests/support/recorded_log.ts";

const { keyIdentifier: _, ...ISSUER } = newIssuer(1);

async function withStorage(action: (storage: SqliteStorage) => Promise<void>): Promise<void> {
  await using folder = await tempFolder();
  const storage = await openSqliteStorage({ path: `${folder.path}/ca.sqlite`, lock: true, log: strictLog });
  try {
    await action(storage);
  } finally {
    await storage.close();
  }
}

function crlOf(number: bigint, serials: readonly bigint[]): CrlToImport {
  return { number, thisUpdate: NOW, revocations: serials.map((serial) => revocation(serial)) };
}

Deno.test("takeOver() takes what a CRL says, and goes on from the larger number", () =>
  withStorage(async (storage) => {
    const store = storage.ca("cas");
    await store.revocations.revoke(revocation(1n), BY);
    const take = async (number: bigint) => {
      const crls = [crlOf(number, [2n, 1n, 3n])];
      return await storage.takeOver("cas", { issuers: [], crls, by: BY });
    };
    assert.deepEqual(await take(40n), { number: 40n, thisUpdate: NOW, added: 2, known: 1 });
    const revocations = [listed(1n), listed(2n), listed(3n)];
    assert.deepEqual(await crlContent(store), { number: 41n, thisUpdate: NOW, revocations });
    assert.deepEqual(await take(7n), { number: 41n, thisUpdate: NOW, added: 0, known: 3 });
    assert.equal((await store.revocations.crlContent()).number, 42n);
  }));

Deno.test("takeOver() takes CA certificates and all CRLs of one CA, and sums up", () =>
  withStorage(async (storage) => {
    const later = { ...crlOf(5n, [1n, 3n]), thisUpdate: NOW + 60 };
    const crls = [later, crlOf(9n, [1n, 2n]), crlOf(7n, [])];
    const imported = await storage.takeOver("cas", { issuers: [newIssuer(1)], crls, by: BY });
    assert.deepEqual(imported, { number: 9n, thisUpdate: NOW + 60, added: 3, known: 1 });
    const { number, thisUpdate } = await crlContent(storage.ca("cas"));
    assert.deepEqual({ number, thisUpdate }, { number: 10n, thisUpdate: NOW + 60 });
    assert.deepEqual((await storage.ca("cas").issuers.list()).issuers, [ISSUER]);
    assert.deepEqual((await storage.ca("cau").issuers.list()).issuers, []);
  }));

Deno.test("takeOver() changes nothing when one CRL is refused, or breaks", () =>
  withStorage(async (storage) => {
    const store = storage.ca("cas");
    const tooLarge = crlOf(2n ** 63n, [1n]);
    const attempt = storage.takeOver("cas", { issuers: [newIssuer(1)], crls: [crlOf(1n, [2n]), tooLarge], by: BY });
    await assert.rejects(attempt, { code: "unacceptable" });
    assert.equal(await storage.takeOver("cas", { issuers: [], crls: [], by: BY }), undefined);
    function* broken() {
      yield revocation(1n);
      throw new RangeError("broken CRL");
    }
    const crl = { number: 1n, thisUpdate: NOW, revocations: broken() };
    await assert.rejects(storage.takeOver("cas", { issuers: [newIssuer(1)], crls: [crl], by: BY }), RangeError);
    assert.deepEqual(await crlContent(store), { number: 0n, thisUpdate: undefined, revocations: [] });
    assert.deepEqual((await store.issuers.list()).issuers, []);
  }));
