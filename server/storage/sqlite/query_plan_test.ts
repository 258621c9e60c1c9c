/** No operation may look at every row: SQLite's own plans for every statement that the store runs. */
import assert from "node:assert/strict";
import type { CaName } from "../../../core/ca/stores.ts";
import {
  keyId,
  newCertificate,
  newRequest,
  NOW,
  outcomes,
  revocation,
} from "../../../tests/contract/store_fixtures.ts";
import { type Bindable, Database } from "./database.ts";
import { createSchema } from "./schema.ts";
import { SqliteCaStore } from "./sqlite_ca_store.ts";
import { WriteQueue } from "./write_queue.ts";

const ROWS = 50_000;

/** Remembers the statements it is given. */
class RecordingDatabase extends Database {
  readonly statements = new Set<string>();

  override get(sql: string, ...values: readonly Bindable[]) {
    this.statements.add(sql);
    return super.get(sql, ...values);
  }

  override all(sql: string, ...values: readonly Bindable[]) {
    this.statements.add(sql);
    return super.all(sql, ...values);
  }

  override run(sql: string, ...values: readonly Bindable[]) {
    this.statements.add(sql);
    return super.run(sql, ...values);
  }
}

/** Plans that go through many rows on purpose: lists that are asked for as lists, and the CA's own few rows. */
const LISTINGS = [
  // The rows of one key, of which the inner query gives a bounded number.
  /^SCAN \(subquery-1\)$/,
  /^SCAN \w+crt USING (COVERING )?INDEX \w+crt_pending$/,
  /^SCAN \w+revoked$/,
  /^SCAN (cau|cas|http_cas)ca$/,
];

function fill(database: Database, ca: CaName): void {
  const numbers = `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${ROWS})`;
  database.run(
    `INSERT INTO ${ca}crt ${numbers} SELECT i + 1000000, CAST('key ' || i AS BLOB), ${NOW} + i, X'41', X'42' FROM n`,
  );
  database.run(`INSERT INTO ${ca}revoked ${numbers} SELECT CAST(i + 1000000 AS TEXT), ${NOW}, ${NOW} + i FROM n`);
}

async function useEverything(store: SqliteCaStore): Promise<void> {
  await store.issuers();
  await store.addIssuer({ expirationDate: NOW, keyPem: "key", certificatePem: "certificate" });
  await store.dropIssuers(NOW);
  for (const n of [1, 2, 3]) await store.submit(newRequest(n));
  await store.submit(newRequest(1));
  await outcomes([store.submit(newRequest(4, { keyId: keyId(1) }))]);
  await store.addCertificate(newCertificate(5));
  await store.request(1n, NOW);
  await store.requestsLike(keyId(1), newRequest(1).csr, NOW);
  await store.pending();
  await store.sign(1n, "certificate", NOW);
  await store.reject(2n);
  await store.expireEarlier(5n, NOW);
  await store.receivedCount();
  await store.freezeAutoSignAmount(1);
  await store.frozenAutoSignAmount();
  await store.isRevoked(1n);
  await store.revoke(revocation(1n));
  await store.renewCrl(NOW, NOW);
  await store.crlContent();
}

for (const ca of ["cau", "cas", "http_cas"] as const) {
  Deno.test(`SqliteCaStore finds rows of ${ca} by index among ${ROWS}`, async () => {
    const database = new RecordingDatabase(":memory:");
    createSchema(database);
    fill(database, ca);
    database.statements.clear();
    await useEverything(new SqliteCaStore(ca, { database, writes: new WriteQueue(database), log: assert.fail }));
    const statements = [...database.statements].filter((sql) => /^(SELECT|INSERT|UPDATE|DELETE)/.test(sql));
    assert.ok(statements.length >= 20, `only ${statements.length} statements were seen`);
    for (const sql of statements) {
      const details = database.all(`EXPLAIN QUERY PLAN ${sql}`).map(({ detail }) => String(detail));
      const scans = details.filter((detail) => /^SCAN/.test(detail) && !LISTINGS.some((known) => known.test(detail)));
      // An INSERT of literal values has "SCAN" of those alone, or no plan at all.
      assert.deepEqual(scans, [], `${sql} looks at every row: mend it, or an index in server/storage/sqlite/schema.ts`);
    }
    database.close();
  });
}
