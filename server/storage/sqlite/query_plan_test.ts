/** No operation may look at every row: SQLite's own plans for every statement that the store runs. */
import assert from "node:assert/strict";
import type { AcmeStore } from "../../../core/acme/stores.ts";
import type { CaName } from "../../../core/ca/stores.ts";
import {
  addAccount,
  approval,
  eabKey,
  FAILED,
  issue,
  newOrder,
  readyOrder,
  SECRET,
  validate,
} from "../../../tests/contract/acme_fixtures.ts";
import {
  addIssuer,
  BY,
  issuedRecord,
  keyId,
  newCertificate,
  newIssuer,
  newRequest,
  NOW,
  outcomes,
  renewCrl,
  revocation,
} from "../../../tests/contract/store_fixtures.ts";
import { type Bindable, Database } from "./database.ts";
import { FilePlace } from "./file_place.ts";
import { RegisterFeed } from "./register_feed.ts";
import { createSchema } from "./schema.ts";
import { SqliteCaStores } from "./ca_stores.ts";
import { WriteQueue } from "./write_queue.ts";
import { strictLog } from "../../../tests/support/recorded_log.ts";

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
  // A page of rows, each with that of what it renewed.
  /^SCAN c$/,
  // One row for some thousand certificates.
  /^SCAN caucase_register_segment$/,
];

function fill(database: Database, ca: CaName): void {
  const numbers = `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${ROWS})`;
  database.run(
    `INSERT INTO ${ca}crt ${numbers} SELECT i + 1000000, CAST('key ' || i AS BLOB), ${NOW} + i, X'41', X'42' FROM n`,
  );
  database.run(`INSERT INTO ${ca}revoked ${numbers} SELECT CAST(i + 1000000 AS TEXT), ${NOW}, ${NOW} + i FROM n`);
}

async function useAcme(acme: AcmeStore): Promise<void> {
  await acme.eabKeys.add(eabKey(), SECRET);
  await acme.eabKeys.list("", 9);
  await acme.eabKeys.secret("key1", NOW);
  const order = await readyOrder(acme);
  await addAccount(acme, 2, { eabKey: "key1" });
  await acme.accounts.list("", 9);
  const seen = await acme.accounts.findByKey("thumbprint 2");
  if (seen) await acme.accounts.change({ seen, next: { ...seen, contact: [] } }, BY);
  await acme.orders.add(newOrder(2, undefined, { replaces: 7n }));
  await acme.orders.add(newOrder(3));
  await outcomes([acme.orders.add(newOrder(4, undefined, { replaces: 7n }))]);
  await acme.orders.add({ ...newOrder(5), reuse: false });
  await validate(acme, "order5.0", { error: FAILED });
  await acme.orders.idsOf("account1", "", 9);
  await acme.orders.isAuthorized("account1", order.identifiers, NOW);
  await acme.orders.issue(issue(101, "order1"));
  await acme.orders.lastIssued("account1", order.identifiers);
  await acme.orders.awaitApproval(approval(102, "order2"));
  await acme.orders.find("order2");
  await acme.eabKeys.revoke("key1", BY);
  await acme.removeExpired(NOW, NOW);
}

async function useEverything(store: SqliteCaStores): Promise<void> {
  await store.issuers.list();
  await addIssuer(store, newIssuer(1));
  await store.state();
  await outcomes([store.requireSigning(NOW), store.requireSigning(0)]);
  await store.issuers.drop(NOW, BY);
  for (const n of [1, 2, 3]) await store.requests.submit(newRequest(n));
  await store.requests.submit(newRequest(1));
  await outcomes([store.requests.submit(newRequest(4, { keyId: keyId(1) }))]);
  await store.certificates.add(newCertificate(5));
  await store.requests.find(1n, NOW);
  await store.requests.findLike(keyId(1), newRequest(1).csr, NOW);
  await store.requests.pending();
  await store.certificates.complete(1n, issuedRecord("certificate", { keptUntil: NOW }), BY);
  await store.requests.reject(2n, BY);
  store.certificates.expireEarlier(5n, NOW);
  await store.certificates.registered(5n);
  const said = { serial: 5n, issuer: keyId(0), hook: "none", failingSince: null, detail: null } as const;
  await store.installations.report({ ...said, time: NOW }, BY);
  await store.installations.find(5n);
  await store.requests.arrivals();
  await store.register.list({ limit: 10 }, NOW);
  await store.register.find(5n, NOW);
  await store.register.counts(NOW);
  await store.certificates.forgetEnded(NOW);
  const { position } = await store.revocations.crlContent();
  await store.revocations.crlContentSince(position);
  await store.requests.receivedCount();
  await store.requests.freezeAutoSignAmount(1);
  await store.requests.frozenAutoSignAmount();
  await store.revocations.isRevoked(1n);
  await store.revocations.revoke(revocation(1n), BY);
  await renewCrl(store, NOW, NOW);
  await store.revocations.crlContent();
}

for (const ca of ["cau", "cas", "http_cas"] as const) {
  Deno.test(`SqliteCaStores finds rows of ${ca} by index among ${ROWS}`, async () => {
    const database = new RecordingDatabase(":memory:");
    createSchema(database);
    fill(database, ca);
    database.statements.clear();
    const stores = new SqliteCaStores(
      ca,
      { database, writes: new WriteQueue(database), place: new FilePlace(undefined), log: strictLog },
      new RegisterFeed(database),
    );
    await useEverything(stores);
    if (ca === "cas") await useAcme(stores.acme());
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
