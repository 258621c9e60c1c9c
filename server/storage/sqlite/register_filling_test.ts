/** A database that another program wrote to: what it issued and revoked comes into the register. */
import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { utf8 } from "../../../core/bytes.ts";
import { certificateToPem } from "../../../core/x509/certificate.ts";
import { leafOf, newCa, newEcKey, NOW } from "../../../tests/support/issuing.ts";
import { quietLog } from "../../../tests/support/recorded_log.ts";
import { inFolder } from "../../../tests/support/temp_folder.ts";
import { openSqliteStorage, type SqliteStorage } from "./sqlite_storage.ts";

const BY = { actor: { kind: "server" }, now: NOW } as const;

async function withStorage(path: string, use: (storage: SqliteStorage) => Promise<void>): Promise<void> {
  const storage = await openSqliteStorage({ path, lock: true, log: quietLog });
  try {
    await use(storage);
  } finally {
    await storage.close();
  }
}

/** As the reference writes them. */
function write(path: string, sql: string, ...values: (string | bigint | Uint8Array)[]): void {
  using database = new DatabaseSync(path);
  database.prepare(sql).run(...values);
}

Deno.test("fillRegister() finds what another program issued and revoked, each once, also what came since the last start", () =>
  inFolder(async (folder) => {
    const path = `${folder}/ca.sqlite`;
    await withStorage(path, () => Promise.resolve());
    const ca = await newCa();
    const leaves = await Promise.all([1, 2, 3].map(async () => await leafOf(ca, (await newEcKey()).publicKey)));
    const [first, second, third] = leaves;
    assert.ok(first && second && third);
    const insert = "INSERT INTO cascrt (id, key_id, expiration_date, csr, crt) VALUES (?, 'k', 1, x'41', ?)";
    write(path, insert, 2n ** 62n, utf8(certificateToPem(first)));
    write(path, insert, 5n, certificateToPem(second));
    write(path, insert, 6n, "no certificate");
    write(path, "INSERT INTO casrevoked VALUES (?, ?, ?)", `${first.serial}`, BigInt(NOW + 7), BigInt(NOW + 9));
    write(path, "INSERT INTO casrevoked VALUES (?, ?, ?)", "12345", BigInt(NOW), BigInt(NOW + 9));
    await withStorage(path, async (storage) => {
      const { register } = storage.ca("cas");
      assert.equal((await register.list({ limit: 9 }, NOW)).records.length, 0);
      assert.equal(await storage.fillRegister(NOW), 2);
      const found = await register.find(first.serial, NOW);
      assert.ok(found);
      const { origin, actor, requestId, issuer, issuedAt, profile } = found.certificate;
      assert.deepEqual([origin, actor, requestId, profile], [{ kind: "found" }, undefined, 2n ** 62n, "leaf"]);
      assert.deepEqual([issuer, issuedAt], [ca.certificate.keyIdentifier, first.notBefore]);
      assert.deepEqual(found.revocation, { at: NOW + 7, by: null, reason: null });
      assert.equal((await register.list({ limit: 9, status: "revoked" }, NOW)).records.length, 1);
      assert.equal(await storage.fillRegister(NOW), 0);
    });
    write(path, insert, 7n, utf8(certificateToPem(third)));
    write(path, "INSERT INTO casrevoked VALUES (?, ?, ?)", `${second.serial}`, BigInt(NOW), BigInt(NOW + 9));
    await withStorage(path, async (storage) => {
      assert.equal(await storage.fillRegister(NOW), 1);
      const { byStatus } = await storage.ca("cas").register.counts(NOW);
      assert.deepEqual([byStatus.revoked, byStatus.valid], [2, 1]);
    });
  }));

Deno.test("fillRegister() sees that what it finds was renewed or revoked here before, and leaves out what ended long ago", () =>
  inFolder(async (folder) => {
    const path = `${folder}/ca.sqlite`;
    const ca = await newCa();
    const [old, next] = [
      await leafOf(ca, (await newEcKey()).publicKey),
      await leafOf(ca, (await newEcKey()).publicKey),
    ];
    await withStorage(path, async (storage) => {
      const stores = storage.ca("cas");
      const { serial, notBefore, notAfter, der } = next;
      const certificate = {
        ...{ serial, notBefore, notAfter, der, pem: "", issuer: "aa", keyId: "bb" },
        profile: "leaf",
      } as const;
      const origin = { kind: "renewal", of: old.serial } as const;
      const rest = { id: 1n, csr: utf8("csr"), seenLike: 0, keptUntil: notAfter, by: BY };
      await stores.certificates.add({ ...rest, certificate, origin });
      await stores.revocations.revoke({ serial: old.serial, revocationDate: NOW, listedUntil: notAfter }, BY);
      await stores.register.counts(NOW);
      const insert = "INSERT INTO cascrt (id, key_id, expiration_date, csr, crt) VALUES (9, 'k', 1, x'41', ?)";
      write(path, insert, certificateToPem(old));
      assert.equal(await storage.fillRegister(old.notAfter + 1), 0, "it ended before that");
      assert.equal(await storage.fillRegister(NOW), 1);
      const found = await stores.register.find(old.serial, NOW);
      assert.deepEqual([found?.renewedBy, found?.revocation?.by], [next.serial, BY.actor]);
      assert.deepEqual((await stores.register.list({ limit: 9, status: "revoked" }, NOW)).records, [found]);
    });
  }));

Deno.test("openSqliteStorage() adds columns that tables of an older version of ours lack", () =>
  inFolder(async (folder) => {
    const path = `${folder}/ca.sqlite`;
    await withStorage(path, () => Promise.resolve());
    write(path, "ALTER TABLE caucase_revocation DROP COLUMN reason");
    write(path, "INSERT INTO caucase_revocation (ca, serial, time) VALUES ('cas', '5', 1)");
    await withStorage(path, (storage) => storage.ca("cas").register.counts(NOW).then(() => {}));
    using database = new DatabaseSync(path);
    assert.deepEqual({ ...database.prepare("SELECT serial, reason FROM caucase_revocation").get() }, {
      serial: "5",
      reason: null,
    });
  }));
