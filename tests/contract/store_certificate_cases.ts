/** The store's contract: certificates, and the CA's own. */
import assert from "node:assert/strict";
import { COMPARED_AT_MOST } from "../../core/ca/store_rules.ts";
import type { Cases } from "./store_contract.ts";
import { csrBytes, DAY, keyId, newCertificate, newRequest, NOW, outcomes, pendingIds } from "./store_fixtures.ts";

export const certificateCases: Cases = {
  async "sign() gives a pending request its certificate, once"(storage) {
    const store = storage.ca("cas");
    await store.submit(newRequest(1));
    assert.equal(await store.sign(1n, "first", NOW + DAY), true);
    assert.equal(await store.sign(1n, "second", NOW + 2 * DAY), false);
    const { certificatePem, expirationDate, csr } = (await store.request(1n, 0)) ?? {};
    assert.deepEqual({ certificatePem, expirationDate, csr }, {
      certificatePem: "first",
      expirationDate: NOW + DAY,
      csr: csrBytes(1),
    });
    assert.deepEqual(await pendingIds(store), []);
    assert.equal(await store.sign(2n, "of nobody", NOW), false);
  },

  async "reject() removes a pending request, and no other"(storage) {
    const store = storage.ca("cas");
    await store.submit(newRequest(1));
    await store.addCertificate(newCertificate(2));
    assert.deepEqual([await store.reject(1n), await store.reject(1n), await store.reject(2n)], [true, false, false]);
    assert.equal(await store.request(1n, 0), undefined);
    assert.equal((await store.request(2n, 0))?.certificatePem, "certificate 2");
    assert.equal(await store.sign(1n, "too late", NOW), false);
  },

  async "addCertificate() ignores the pending limit and counts nothing"(storage) {
    const store = storage.ca("http_cas");
    await store.addCertificate(newCertificate(1));
    assert.equal((await store.request(1n, 0))?.certificatePem, "certificate 1");
    assert.equal(await store.receivedCount(), 0);
    assert.deepEqual(await pendingIds(store), []);
  },

  async "addCertificate() refuses a known key where each key is taken once"(storage) {
    await storage.ca("cau").submit(newRequest(1));
    const again = newCertificate(2, { keyId: keyId(1) });
    await assert.rejects(storage.ca("cau").addCertificate(again), { code: "duplicate-key" });
    assert.equal(await storage.ca("cau").request(2n, 0), undefined);
    await storage.ca("cas").addCertificate(newCertificate(1));
    await storage.ca("cas").addCertificate(again);
    assert.equal((await storage.ca("cas").request(2n, 0))?.keyId, keyId(1));
  },

  async "addCertificate() takes no more certificates of one key than requestsLike() finds"(storage) {
    const store = storage.ca("cas");
    const one = { keyId: keyId(1) };
    const added = await outcomes(
      Array.from({ length: COMPARED_AT_MOST }, (_, n) => store.addCertificate(newCertificate(n + 1, one))),
    );
    assert.deepEqual(new Set(added), new Set(["ok"]));
    const oneMore = newCertificate(COMPARED_AT_MOST + 1, one);
    await assert.rejects(store.addCertificate(oneMore), { code: "duplicate-key" });
    for (const n of [1, COMPARED_AT_MOST]) {
      const [found] = await store.requestsLike(one.keyId, csrBytes(n), 0);
      assert.equal(found?.id, BigInt(n));
    }
    await store.addCertificate(newCertificate(COMPARED_AT_MOST + 1));
  },

  async "requestsLike() finds exactly these bytes with this key, pending ones last"(storage) {
    const store = storage.ca("cas");
    const same = { keyId: keyId(1), csr: csrBytes(1) };
    await store.submit(newRequest(1));
    await store.addCertificate(newCertificate(2, { ...same, expirationDate: NOW + 2 * DAY }));
    await store.addCertificate(newCertificate(3, { ...same, expirationDate: NOW + DAY }));
    await store.addCertificate(newCertificate(4, { keyId: keyId(1) }));
    await store.addCertificate(newCertificate(5, { csr: csrBytes(1) }));
    const found = async (now = 0) => (await store.requestsLike(same.keyId, same.csr, now)).map(({ id }) => id);
    assert.deepEqual(await found(), [3n, 2n, 1n]);
    assert.deepEqual(await found(NOW + DAY), [3n, 2n, 1n]);
    assert.deepEqual(await found(NOW + DAY + 1), [2n, 1n]);
    assert.deepEqual(await store.requestsLike(keyId(9), same.csr, 0), []);
  },

  async "request() finds no row whose time has passed, when told the time"(storage) {
    const store = storage.ca("cas");
    await store.addCertificate(newCertificate(1));
    await store.submit(newRequest(2));
    assert.equal((await store.request(1n, NOW + DAY))?.id, 1n);
    assert.equal(await store.request(1n, NOW + DAY + 1), undefined);
    assert.equal((await store.request(2n, NOW + 999 * DAY))?.id, 2n);
  },

  async "expireEarlier() only ever brings the time forward"(storage) {
    const store = storage.ca("cas");
    await store.addCertificate(newCertificate(1));
    await store.submit(newRequest(2));
    const expiration = async (id: bigint) => (await store.request(id, 0))?.expirationDate;
    await store.expireEarlier(1n, NOW + 2 * DAY);
    assert.equal(await expiration(1n), NOW + DAY);
    await store.expireEarlier(1n, NOW + 60);
    assert.equal(await expiration(1n), NOW + 60);
    await store.expireEarlier(2n, NOW + 60);
    assert.equal(await expiration(2n), undefined);
    await store.expireEarlier(3n, NOW + 60);
  },

  async "issuers() lists CA certificates in the order they were added, expired ones included"(storage) {
    const store = storage.ca("cau");
    const added = [3, 1, 2].map((n) => ({
      expirationDate: NOW + n,
      keyPem: `-----BEGIN RSA PRIVATE KEY-----\n${n}\n`,
      certificatePem: `CA ${n}\n`,
    }));
    for (const issuer of added) await store.addIssuer(issuer);
    assert.deepEqual(await store.issuers(), added);
    await store.dropIssuers(NOW + 2);
    assert.deepEqual(await store.issuers(), [added[0], added[2]]);
    assert.deepEqual(await storage.ca("cas").issuers(), []);
  },
};
