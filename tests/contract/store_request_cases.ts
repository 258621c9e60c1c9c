/** The store's contract: requests coming in. */
import assert from "node:assert/strict";
import type { Cases } from "./store_contract.ts";
import { csrBytes, DAY, firstRequest, keyId, newCertificate, newRequest, NOW, pendingIds } from "./store_fixtures.ts";

export const requestCases: Cases = {
  async "submit() keeps a request byte for byte, pending"(storage) {
    const store = storage.ca("cas");
    assert.deepEqual(await store.submit(newRequest(7)), { id: 7n, known: false });
    const expected = {
      id: 7n,
      keyId: keyId(7),
      csr: csrBytes(7),
      certificatePem: undefined,
      expirationDate: undefined,
    };
    assert.deepEqual(await store.request(7n, 0), expected);
    assert.deepEqual(await store.pending(), [expected]);
  },

  async "submit() keeps ids that no double can hold"(storage) {
    const id = 2n ** 63n - 1n;
    await storage.ca("cas").submit(newRequest(1, { id }));
    assert.equal((await storage.ca("cas").request(id, 0))?.id, id);
    assert.equal(await storage.ca("cas").request(id - 1n, 0), undefined);
  },

  async "request() finds nothing for an id that no store can hold"(storage) {
    assert.equal(await storage.ca("cas").request(2n ** 63n, 0), undefined);
    assert.equal(await storage.ca("cas").sign(2n ** 64n, "certificate", NOW), false);
    assert.equal(await storage.ca("cas").reject(2n ** 64n), false);
  },

  async "submit() keeps the three CAs apart"(storage) {
    await storage.ca("cau").submit(newRequest(1));
    assert.equal(await storage.ca("cas").request(1n, 0), undefined);
    assert.equal(await storage.ca("http_cas").receivedCount(), 0);
    assert.deepEqual((["cau", "cas", "http_cas"] as const).map((name) => storage.ca(name).name), [
      "cau",
      "cas",
      "http_cas",
    ]);
  },

  async "submit() answers the same id and counts nothing when the same bytes come again"(storage) {
    for (const name of ["cau", "cas"] as const) {
      const store = storage.ca(name);
      await store.submit(newRequest(1));
      assert.deepEqual(await store.submit(newRequest(1, { id: 2n, maxPending: 1 })), { id: 1n, known: true });
      await store.sign(1n, "certificate", NOW + DAY);
      assert.deepEqual(await store.submit(newRequest(1, { id: 3n })), { id: 1n, known: true });
      assert.equal(await store.receivedCount(), 1);
    }
  },

  async "submit() refuses another request with a known key where each key is taken once"(storage) {
    const other = newRequest(2, { keyId: keyId(1) });
    await storage.ca("cau").submit(newRequest(1));
    await assert.rejects(storage.ca("cau").submit(other), { code: "duplicate-key" });
    await storage.ca("cau").sign(1n, "certificate", NOW + DAY);
    await assert.rejects(storage.ca("cau").submit(other), { code: "duplicate-key" });
    assert.equal(await storage.ca("cau").request(2n, 0), undefined);
    assert.equal(await storage.ca("cau").receivedCount(), 1);

    await storage.ca("cas").submit(newRequest(1));
    assert.deepEqual(await storage.ca("cas").submit(other), { id: 2n, known: false });
  },

  async "submit() refuses one more than may be pending, and takes it when there is room again"(storage) {
    const store = storage.ca("cas");
    const submit = (n: number) => store.submit(newRequest(n, { maxPending: 2 }));
    await submit(1);
    await submit(2);
    await assert.rejects(submit(3), { code: "too-many-pending" });
    assert.equal(await store.receivedCount(), 2);
    assert.equal(await store.request(3n, 0), undefined);

    await store.sign(1n, "certificate", NOW + DAY);
    await submit(3);
    await assert.rejects(submit(4), { code: "too-many-pending" });
    await store.reject(2n);
    await submit(4);
    assert.deepEqual(await pendingIds(store), [3n, 4n]);
    assert.equal(await store.receivedCount(), 4);
  },

  async "submit() signs the first requests at once, and no later one"(storage) {
    const store = storage.ca("cau");
    for (const n of [1, 2, 3]) await store.submit(firstRequest(n, 2));
    assert.equal((await store.request(1n, 0))?.certificatePem, "automatic 1");
    assert.equal((await store.request(2n, 0))?.expirationDate, NOW + DAY);
    assert.deepEqual(await pendingIds(store), [3n]);
  },

  async "submit() refuses more bytes than may be pending, and takes them again when there is room"(storage) {
    const store = storage.ca("cas");
    const csr = (n: number) => new Uint8Array(400).fill(n);
    const submit = (n: number) => store.submit(newRequest(n, { csr: csr(n), maxPendingBytes: 1000 }));
    await submit(1);
    await submit(2);
    const full = { code: "too-many-pending", message: /1000 bytes/ };
    await assert.rejects(submit(3), full);
    await store.submit(firstRequest(4, 99, { csr: csr(4), maxPendingBytes: 1000 }));
    assert.equal((await submit(2)).known, true);
    await store.sign(1n, "certificate", NOW + DAY);
    await submit(3);
    await assert.rejects(submit(5), full);
    await store.reject(2n);
    await submit(5);
    await assert.rejects(submit(6), full);
  },

  async "submit() takes the first user although nothing may be pending"(storage) {
    const store = storage.ca("cau");
    await store.submit(firstRequest(1, 1, { maxPending: 0 }));
    assert.equal((await store.request(1n, 0))?.certificatePem, "automatic 1");
    await assert.rejects(store.submit(firstRequest(2, 1, { maxPending: 0 })), { code: "too-many-pending" });
  },

  async "submit() lets only received requests use up the automatic signatures"(storage) {
    const store = storage.ca("cas");
    await store.addCertificate(newCertificate(1));
    await assert.rejects(store.submit(newRequest(2, { maxPending: 0 })));
    await store.submit(firstRequest(3, 1));
    assert.equal((await store.request(3n, 0))?.certificatePem, "automatic 3");
    await store.submit(firstRequest(3, 1, { id: 4n }));
    assert.equal(await store.receivedCount(), 1);
  },

  async "submit() signs nothing at once after a rejected request was the first"(storage) {
    const store = storage.ca("cau");
    await store.submit(newRequest(1));
    await store.reject(1n);
    await store.submit(firstRequest(2, 1));
    assert.deepEqual(await pendingIds(store), [2n]);
  },

  async "submit() removes requests whose time has passed, and never pending ones"(storage) {
    const store = storage.ca("cas");
    await store.submit(newRequest(1));
    for (const n of [2, 3]) await store.addCertificate(newCertificate(n, { expirationDate: NOW + n }));
    await store.submit(newRequest(4, { now: NOW + 3 }));
    assert.deepEqual(await Promise.all([1n, 2n, 3n, 4n].map(async (id) => await store.request(id, 0) !== undefined)), [
      ...[true, false, true, true],
    ]);
  },

  async "submit() takes a key again whose request has expired, be they many"(storage) {
    const store = storage.ca("cau");
    const last = 700;
    await Promise.all(Array.from({ length: last }, (_, n) => store.addCertificate(newCertificate(n + 1))));
    const later = { now: NOW + 2 * DAY, id: 9_000n };
    assert.deepEqual(await store.submit(newRequest(last, later)), { id: 9_000n, known: false });
    await store.addCertificate(newCertificate(last - 1, { now: later.now, id: 9_001n }));
    assert.equal((await store.request(9_001n, NOW))?.keyId, keyId(last - 1));
  },

  async "pending() lists by id"(storage) {
    const ids = [5n, 2n ** 62n, 1n, 2n ** 62n - 1n, 30n];
    for (const [n, id] of ids.entries()) await storage.ca("cas").submit(newRequest(n, { id }));
    assert.deepEqual(await pendingIds(storage.ca("cas")), [1n, 5n, 30n, 2n ** 62n - 1n, 2n ** 62n]);
  },

  async "freezeAutoSignAmount() keeps the first amount"(storage) {
    const store = storage.ca("cau");
    assert.equal(await store.frozenAutoSignAmount(), undefined);
    assert.equal(await store.freezeAutoSignAmount(0), 0);
    assert.equal(await store.freezeAutoSignAmount(5), 0);
    assert.equal(await store.frozenAutoSignAmount(), 0);
    assert.equal(await storage.ca("cas").frozenAutoSignAmount(), undefined);
  },
};
