/**
 * The store's contract: many at once. Of those that exclude each other one wins; all others see the whole of what it
 * did.
 */
import assert from "node:assert/strict";
import {
  BY,
  type Cases,
  count,
  crlContent,
  firstRequest,
  issuedRecord,
  keyId,
  newCertificate,
  newRequest,
  NOW,
  outcomes,
  pendingIds,
  revocation,
} from "./store_fixtures.ts";

const MANY = Array.from({ length: 24 }, (_, n) => n + 1);

export const raceCases: Cases = {
  async "submit() stores the same bytes once, however many send them at once"(storage) {
    const store = storage.ca("cas");
    const answers = await Promise.all(MANY.map((n) => store.requests.submit(newRequest(1, { id: BigInt(n) }))));
    assert.equal(new Set(answers.map(({ id }) => id)).size, 1);
    assert.equal(count(answers.map(({ known }) => known), false), 1);
    assert.equal((await store.requests.pending()).length, 1);
    assert.equal(await store.requests.receivedCount(), 1);
  },

  async "submit() signs exactly as many of many first users as it may"(storage) {
    for (const [name, amount] of [["cau", 1], ["cas", 5]] as const) {
      const store = storage.ca(name);
      await Promise.all(MANY.map((n) => store.requests.submit(firstRequest(n, amount))));
      assert.equal((await store.requests.pending()).length, MANY.length - amount);
      const stored = await Promise.all(MANY.map((n) => store.requests.find(BigInt(n), 0)));
      assert.equal(stored.filter((request) => request?.certificatePem !== undefined).length, amount);
      assert.equal(await store.requests.receivedCount(), MANY.length);
    }
  },

  async "submit() gives a key to one of many different requests that have it"(storage) {
    const store = storage.ca("cau");
    const results = await outcomes(MANY.map((n) => store.requests.submit(newRequest(n, { keyId: keyId(1) }))));
    assert.equal(count(results, "ok"), 1);
    assert.equal(count(results, "duplicate-key"), MANY.length - 1);
    assert.equal((await store.requests.pending()).length, 1);
    assert.equal(await store.requests.receivedCount(), 1);
  },

  async "submit() never lets more be pending than may be"(storage) {
    const store = storage.ca("cas");
    const results = await outcomes(MANY.map((n) => store.requests.submit(newRequest(n, { maxPending: 10 }))));
    assert.equal(count(results, "too-many-pending"), MANY.length - 10);
    assert.equal((await store.requests.pending()).length, 10);
    assert.equal(await store.requests.receivedCount(), 10);
  },

  async "complete() lets one of many win, and keeps its certificate"(storage) {
    const store = storage.ca("cas");
    await store.requests.submit(newRequest(1));
    const signed = await Promise.all(
      MANY.map((n) => store.certificates.complete(1n, issuedRecord(`certificate ${n}`, { keptUntil: NOW + n }), BY)),
    );
    assert.equal(count(signed, true), 1);
    assert.equal((await store.requests.find(1n, 0))?.certificatePem, `certificate ${signed.indexOf(true) + 1}`);
  },

  async "complete() and reject() exclude each other"(storage) {
    const store = storage.ca("cas");
    await Promise.all(MANY.map((n) => store.requests.submit(newRequest(n))));
    for (const id of MANY.map(BigInt)) {
      const [signed, rejected] = await Promise.all([
        store.certificates.complete(id, issuedRecord("certificate", { keptUntil: NOW }), BY),
        store.requests.reject(id, BY),
      ]);
      assert.notEqual(signed, rejected);
      assert.equal(await store.requests.find(id, 0) !== undefined, signed);
    }
    assert.deepEqual(await pendingIds(store), []);
  },

  async "addCertificate() and submit() give a key to one of them"(storage) {
    const store = storage.ca("cau");
    const results = await outcomes([
      store.certificates.add(newCertificate(1)),
      store.requests.submit(newRequest(2, { keyId: keyId(1) })),
    ]);
    assert.deepEqual([...results].sort(), ["duplicate-key", "ok"]);
  },

  async "revoke() gives every revocation a CRL number of its own"(storage) {
    const store = storage.ca("cas");
    const numbers = await Promise.all(MANY.map((n) => store.revocations.revoke(revocation(BigInt(n)), BY)));
    assert.deepEqual(new Set(numbers), new Set(MANY.map(BigInt)));
    const { number, revocations } = await crlContent(store);
    assert.equal(number, BigInt(MANY.length));
    assert.deepEqual(new Set(revocations.map(({ serial }) => serial)), new Set(MANY.map(BigInt)));
  },

  async "revoke() takes one of many for the same serial"(storage) {
    const store = storage.ca("cas");
    const results = await outcomes(MANY.map(() => store.revocations.revoke(revocation(5n), BY)));
    assert.equal(count(results, "ok"), 1);
    assert.equal(count(results, "already-revoked"), MANY.length - 1);
    assert.equal((await store.revocations.crlContent()).number, 1n);
  },

  async "freezeAutoSignAmount() gives one answer to all"(storage) {
    const answers = await Promise.all(MANY.map((n) => storage.ca("cau").requests.freezeAutoSignAmount(n)));
    assert.equal(new Set(answers).size, 1);
  },

  async "close() finishes writes in flight"(storage) {
    const store = storage.ca("cas");
    const writes = MANY.map((n) => store.requests.submit(newRequest(n)));
    await storage.close();
    assert.equal(count(await outcomes(writes), "ok"), MANY.length);
  },
};
