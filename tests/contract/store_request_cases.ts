/** The store's contract: requests coming in. */
import assert from "node:assert/strict";
import {
  BY,
  type Cases,
  csrBytes,
  DAY,
  firstRequest,
  issuedRecord,
  keyId,
  newCertificate,
  newRequest,
  NOW,
  pendingIds,
} from "./store_fixtures.ts";

export const requestCases: Cases = {
  async "submit() keeps a request byte for byte, pending"(storage) {
    const store = storage.ca("cas");
    assert.deepEqual(await store.requests.submit(newRequest(7)), { id: 7n, known: false });
    const expected = {
      id: 7n,
      keyId: keyId(7),
      csr: csrBytes(7),
      certificatePem: undefined,
      keptUntil: undefined,
    };
    assert.deepEqual(await store.requests.find(7n, 0), expected);
    assert.deepEqual(await store.requests.pending(), [expected]);
  },

  async "submit() keeps ids that no double can hold"(storage) {
    const id = 2n ** 63n - 1n;
    await storage.ca("cas").requests.submit(newRequest(1, { id }));
    assert.equal((await storage.ca("cas").requests.find(id, 0))?.id, id);
    assert.equal(await storage.ca("cas").requests.find(id - 1n, 0), undefined);
  },

  async "request() finds nothing for an id that no store can hold"(storage) {
    assert.equal(await storage.ca("cas").requests.find(2n ** 63n, 0), undefined);
    assert.equal(
      await storage.ca("cas").certificates.complete(2n ** 64n, issuedRecord("certificate", { keptUntil: NOW }), BY),
      false,
    );
    assert.equal(await storage.ca("cas").requests.reject(2n ** 64n, BY), false);
  },

  async "submit() keeps the three CAs apart"(storage) {
    await storage.ca("cau").requests.submit(newRequest(1));
    assert.equal(await storage.ca("cas").requests.find(1n, 0), undefined);
    assert.equal(await storage.ca("http_cas").requests.receivedCount(), 0);
    assert.deepEqual((["cau", "cas", "http_cas"] as const).map((name) => storage.ca(name).name), [
      "cau",
      "cas",
      "http_cas",
    ]);
  },

  async "submit() answers the same id and counts nothing when the same bytes come again"(storage) {
    for (const name of ["cau", "cas"] as const) {
      const store = storage.ca(name);
      await store.requests.submit(newRequest(1));
      assert.deepEqual(await store.requests.submit(newRequest(1, { id: 2n, maxPending: 1 })), { id: 1n, known: true });
      await store.certificates.complete(1n, issuedRecord("certificate", { keptUntil: NOW + DAY }), BY);
      assert.deepEqual(await store.requests.submit(newRequest(1, { id: 3n })), { id: 1n, known: true });
      assert.equal(await store.requests.receivedCount(), 1);
    }
  },

  async "submit() refuses another request with a known key where each key is taken once"(storage) {
    const other = newRequest(2, { keyId: keyId(1) });
    await storage.ca("cau").requests.submit(newRequest(1));
    await assert.rejects(storage.ca("cau").requests.submit(other), { code: "duplicate-key" });
    await storage.ca("cau").certificates.complete(1n, issuedRecord("certificate", { keptUntil: NOW + DAY }), BY);
    await assert.rejects(storage.ca("cau").requests.submit(other), { code: "duplicate-key" });
    assert.equal(await storage.ca("cau").requests.find(2n, 0), undefined);
    assert.equal(await storage.ca("cau").requests.receivedCount(), 1);

    await storage.ca("cas").requests.submit(newRequest(1));
    assert.deepEqual(await storage.ca("cas").requests.submit(other), { id: 2n, known: false });
  },

  async "submit() refuses one more than may be pending, and takes it when there is room again"(storage) {
    const store = storage.ca("cas");
    const submit = (n: number) => store.requests.submit(newRequest(n, { maxPending: 2 }));
    await submit(1);
    await submit(2);
    await assert.rejects(submit(3), { code: "too-many-pending" });
    assert.equal(await store.requests.receivedCount(), 2);
    assert.equal(await store.requests.find(3n, 0), undefined);

    await store.certificates.complete(1n, issuedRecord("certificate", { keptUntil: NOW + DAY }), BY);
    await submit(3);
    await assert.rejects(submit(4), { code: "too-many-pending" });
    await store.requests.reject(2n, BY);
    await submit(4);
    assert.deepEqual(await pendingIds(store), [3n, 4n]);
    assert.equal(await store.requests.receivedCount(), 4);
  },

  async "submit() signs the first requests at once, and no later one"(storage) {
    const store = storage.ca("cau");
    for (const n of [1, 2, 3]) await store.requests.submit(firstRequest(n, 2));
    assert.equal((await store.requests.find(1n, 0))?.certificatePem, "automatic 1");
    assert.equal((await store.requests.find(2n, 0))?.keptUntil, NOW + DAY);
    assert.deepEqual(await pendingIds(store), [3n]);
  },

  async "submit() refuses more bytes than may be pending, and takes them again when there is room"(storage) {
    const store = storage.ca("cas");
    const csr = (n: number) => new Uint8Array(400).fill(n);
    const submit = (n: number) => store.requests.submit(newRequest(n, { csr: csr(n), maxPendingBytes: 1000 }));
    await submit(1);
    await submit(2);
    const full = { code: "too-many-pending", message: /1000 bytes/ };
    await assert.rejects(submit(3), full);
    await store.requests.submit(firstRequest(4, 99, { csr: csr(4), maxPendingBytes: 1000 }));
    assert.equal((await submit(2)).known, true);
    await store.certificates.complete(1n, issuedRecord("certificate", { keptUntil: NOW + DAY }), BY);
    await submit(3);
    await assert.rejects(submit(5), full);
    await store.requests.reject(2n, BY);
    await submit(5);
    await assert.rejects(submit(6), full);
  },

  async "submit() takes the first user although nothing may be pending"(storage) {
    const store = storage.ca("cau");
    await store.requests.submit(firstRequest(1, 1, { maxPending: 0 }));
    assert.equal((await store.requests.find(1n, 0))?.certificatePem, "automatic 1");
    await assert.rejects(store.requests.submit(firstRequest(2, 1, { maxPending: 0 })), { code: "too-many-pending" });
  },

  async "submit() lets only received requests use up the automatic signatures"(storage) {
    const store = storage.ca("cas");
    await store.certificates.add(newCertificate(1));
    await assert.rejects(store.requests.submit(newRequest(2, { maxPending: 0 })));
    await store.requests.submit(firstRequest(3, 1));
    assert.equal((await store.requests.find(3n, 0))?.certificatePem, "automatic 3");
    await store.requests.submit(firstRequest(3, 1, { id: 4n }));
    assert.equal(await store.requests.receivedCount(), 1);
  },

  async "submit() signs nothing at once after a rejected request was the first"(storage) {
    const store = storage.ca("cau");
    await store.requests.submit(newRequest(1));
    await store.requests.reject(1n, BY);
    await store.requests.submit(firstRequest(2, 1));
    assert.deepEqual(await pendingIds(store), [2n]);
  },

  async "submit() removes requests whose time has passed, and never pending ones"(storage) {
    const store = storage.ca("cas");
    await store.requests.submit(newRequest(1));
    for (const n of [2, 3]) await store.certificates.add(newCertificate(n, { keptUntil: NOW + n }));
    await store.requests.submit(newRequest(4, { by: { ...BY, now: NOW + 3 } }));
    assert.deepEqual(
      await Promise.all([1n, 2n, 3n, 4n].map(async (id) => await store.requests.find(id, 0) !== undefined)),
      [
        ...[true, false, true, true],
      ],
    );
  },

  async "submit() takes a key again whose request has expired, be they many"(storage) {
    const store = storage.ca("cau");
    const last = 700;
    await Promise.all(Array.from({ length: last }, (_, n) => store.certificates.add(newCertificate(n + 1))));
    const later = { by: { ...BY, now: NOW + 2 * DAY }, id: 9_000n };
    assert.deepEqual(await store.requests.submit(newRequest(last, later)), { id: 9_000n, known: false });
    await store.certificates.add(newCertificate(last - 1, { by: later.by, id: 9_001n }));
    assert.equal((await store.requests.find(9_001n, NOW))?.keyId, keyId(last - 1));
  },

  async "pending() lists by id"(storage) {
    const ids = [5n, 2n ** 62n, 1n, 2n ** 62n - 1n, 30n];
    for (const [n, id] of ids.entries()) await storage.ca("cas").requests.submit(newRequest(n, { id }));
    assert.deepEqual(await pendingIds(storage.ca("cas")), [1n, 5n, 30n, 2n ** 62n - 1n, 2n ** 62n]);
  },

  async "freezeAutoSignAmount() keeps the first amount"(storage) {
    const store = storage.ca("cau");
    assert.equal(await store.requests.frozenAutoSignAmount(), undefined);
    assert.equal(await store.requests.freezeAutoSignAmount(0), 0);
    assert.equal(await store.requests.freezeAutoSignAmount(5), 0);
    assert.equal(await store.requests.frozenAutoSignAmount(), 0);
    assert.equal(await storage.ca("cas").requests.frozenAutoSignAmount(), undefined);
  },
};
