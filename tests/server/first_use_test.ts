/** The first uses of a CA after a start come together, and before anything is known: each must get the whole answer. */
import assert from "node:assert/strict";
import type { Storage } from "../../core/ca/stores.ts";
import { testCas } from "../support/certificate_authorities.ts";
import { LIFE_SPAN, NOW } from "../support/issuing.ts";
import { newTestApp } from "../support/test_app.ts";

const MANY = 24;

/** A storage that was used before, and whose CA certificates take their time to be read, each time longer. */
async function slowStorage(): Promise<Storage> {
  const { storage } = await newTestApp();
  await testCas(storage).cas.crls.ensureCurrent(NOW);
  const store = storage.ca("cas");
  const list = store.issuers.list.bind(store.issuers);
  let turns = 0;
  store.issuers.list = async () => {
    const rows = await list();
    turns += 5;
    for (let turn = turns; turn > 0; turn--) await new Promise(setImmediate);
    return rows;
  };
  return storage;
}

Deno.test("24 first readers after a start all get the CRL", async () => {
  const storage = await slowStorage();
  const { cas } = testCas(storage);
  const lists = await Promise.all(Array.from({ length: MANY }, () => cas.crls.ensureCurrent(NOW)));
  assert.deepEqual(lists.map((list) => list.length), Array(MANY).fill(1));
  assert.equal(new Set(lists.map(([crl]) => crl?.pem())).size, 1);
});

Deno.test("24 first uses after a start make one new CA certificate when one is due", async () => {
  const storage = await slowStorage();
  const { cas } = testCas(storage);
  const now = NOW + 2 * LIFE_SPAN;
  const uses = Array.from(
    { length: MANY },
    (_, index) => index % 2 ? cas.issuers.ensureValid(now) : cas.crls.ensureCurrent(now),
  );
  const counts = (await Promise.all(uses)).map((found) => found.length);
  assert.deepEqual(counts, Array(MANY).fill(2));
  assert.equal((await storage.ca("cas").issuers.list()).issuers.length, 2);
});

Deno.test("a reader whose CRL is being signed when the CA certificates change gets the CRLs of all of them", async () => {
  const storage = await slowStorage();
  const { cas } = testCas(storage);
  const due = NOW + 2 * LIFE_SPAN;
  const lists = await Promise.all([due - 1, due, due - 1, due].map((now) => cas.crls.ensureCurrent(now)));
  for (const list of lists) assert.ok(list.length > 0);
  assert.deepEqual([lists[1]?.length, lists[3]?.length], [2, 2]);
  assert.equal((await cas.crls.ensureCurrent(due)).length, 2);
});
