/** The store's contract: certificates, and the CA's own. */
import assert from "node:assert/strict";
import { COMPARED_AT_MOST } from "../../core/ca/store_rules.ts";
import type { CaStores } from "../../core/ca/stores.ts";
import {
  addIssuer,
  BY,
  type Cases,
  csrBytes,
  DAY,
  firstRequest,
  issuedRecord,
  keyId,
  newCertificate,
  newIssuer,
  newRequest,
  NOW,
  outcomes,
  pendingIds,
} from "./store_fixtures.ts";

export const certificateCases: Cases = {
  async "complete() gives a pending request its certificate, once"(storage) {
    const store = storage.ca("cas");
    await store.requests.submit(newRequest(1));
    assert.equal(await store.certificates.complete(1n, issuedRecord("first", { keptUntil: NOW + DAY }), BY), true);
    assert.equal(
      await store.certificates.complete(1n, issuedRecord("second", { keptUntil: NOW + 2 * DAY }), BY),
      false,
    );
    const { certificatePem, keptUntil, csr } = (await store.requests.find(1n, 0)) ?? {};
    assert.deepEqual({ certificatePem, keptUntil, csr }, {
      certificatePem: "first",
      keptUntil: NOW + DAY,
      csr: csrBytes(1),
    });
    assert.deepEqual(await pendingIds(store), []);
    assert.equal(await store.certificates.complete(2n, issuedRecord("of nobody", { keptUntil: NOW }), BY), false);
  },

  async "reject() removes a pending request, and no other"(storage) {
    const store = storage.ca("cas");
    await store.requests.submit(newRequest(1));
    await store.certificates.add(newCertificate(2));
    assert.deepEqual([
      await store.requests.reject(1n, BY),
      await store.requests.reject(1n, BY),
      await store.requests.reject(2n, BY),
    ], [true, false, false]);
    assert.equal(await store.requests.find(1n, 0), undefined);
    assert.equal((await store.requests.find(2n, 0))?.certificatePem, "certificate 2");
    assert.equal(await store.certificates.complete(1n, issuedRecord("too late", { keptUntil: NOW }), BY), false);
  },

  async "addCertificate() ignores the pending limit and counts nothing"(storage) {
    const store = storage.ca("http_cas");
    await store.certificates.add(newCertificate(1));
    assert.equal((await store.requests.find(1n, 0))?.certificatePem, "certificate 1");
    assert.equal(await store.requests.receivedCount(), 0);
    assert.deepEqual(await pendingIds(store), []);
  },

  async "addCertificate() refuses a known key where each key is taken once"(storage) {
    await storage.ca("cau").requests.submit(newRequest(1));
    const again = newCertificate(2, { keyId: keyId(1) });
    await assert.rejects(storage.ca("cau").certificates.add(again), { code: "duplicate-key" });
    assert.equal(await storage.ca("cau").requests.find(2n, 0), undefined);
    await storage.ca("cas").certificates.add(newCertificate(1));
    await storage.ca("cas").certificates.add(again);
    assert.equal((await storage.ca("cas").requests.find(2n, 0))?.keyId, keyId(1));
  },

  async "addCertificate() takes no more certificates of one key than requestsLike() finds"(storage) {
    const store = storage.ca("cas");
    const one = { keyId: keyId(1) };
    const added = await outcomes(
      Array.from({ length: COMPARED_AT_MOST }, (_, n) => store.certificates.add(newCertificate(n + 1, one))),
    );
    assert.deepEqual(new Set(added), new Set(["ok"]));
    const oneMore = newCertificate(COMPARED_AT_MOST + 1, one);
    await assert.rejects(store.certificates.add(oneMore), { code: "duplicate-key" });
    for (const n of [1, COMPARED_AT_MOST]) {
      const [found] = await store.requests.findLike(one.keyId, csrBytes(n), 0);
      assert.equal(found?.id, BigInt(n));
    }
    await store.certificates.add(newCertificate(COMPARED_AT_MOST + 1));
  },

  async "requestsLike() finds exactly these bytes with this key, pending ones last"(storage) {
    const store = storage.ca("cas");
    const same = { keyId: keyId(1), csr: csrBytes(1) };
    await store.requests.submit(newRequest(1));
    await store.certificates.add(newCertificate(2, { ...same, seenLike: 1, keptUntil: NOW + 2 * DAY }));
    await store.certificates.add(newCertificate(3, { ...same, seenLike: 2, keptUntil: NOW + DAY }));
    await store.certificates.add(newCertificate(4, { keyId: keyId(1) }));
    await store.certificates.add(newCertificate(5, { csr: csrBytes(1) }));
    const found = async (now = 0) => (await store.requests.findLike(same.keyId, same.csr, now)).map(({ id }) => id);
    assert.deepEqual(await found(), [3n, 2n, 1n]);
    assert.deepEqual(await found(NOW + DAY), [3n, 2n, 1n]);
    assert.deepEqual(await found(NOW + DAY + 1), [2n, 1n]);
    assert.deepEqual(await store.requests.findLike(keyId(9), same.csr, 0), []);
  },

  async "certificates.add() adds nothing when there are other requests like it by now"(storage) {
    const store = storage.ca("cas");
    const same = { keyId: keyId(1), csr: csrBytes(1) };
    const added = await Promise.all([1, 2, 3].map((n) => store.certificates.add(newCertificate(n, same))));
    assert.equal(added.filter(Boolean).length, 1);
    assert.equal((await store.requests.findLike(same.keyId, same.csr, NOW)).length, 1);
    assert.equal(await store.certificates.add(newCertificate(4, { ...same, seenLike: 1 })), true);
  },

  async "registered() knows each certificate, however it came, and after its row is gone"(storage) {
    const store = storage.ca("cas");
    await store.requests.submit(firstRequest(1, 1));
    await store.requests.submit(newRequest(2));
    const approved = { ...issuedRecord("approved", { keyId: keyId(2) }), origin: { kind: "approved" } } as const;
    await store.certificates.complete(2n, approved, BY);
    const renewal = newCertificate(3, { by: { actor: { kind: "holder", serial: 5n }, now: NOW + 1 } });
    await store.certificates.add(renewal);
    await store.requests.submit(newRequest(4, { by: { ...BY, now: NOW + 2 * DAY } }));
    assert.equal(await store.requests.find(2n, 0), undefined);
    const { serial, der, issuer, notBefore, notAfter } = approved.certificate;
    assert.deepEqual(await store.certificates.registered(serial), {
      ...{ serial, issuer, keyId: keyId(2), requestId: 2n, profile: "leaf", origin: { kind: "approved" } },
      ...{ actor: BY.actor, issuedAt: NOW, notBefore, notAfter, der },
    });
    const renewed = await store.certificates.registered(renewal.certificate.serial);
    assert.deepEqual([renewed?.origin, renewed?.actor, renewed?.issuedAt], [
      { kind: "renewal", of: 7n },
      { kind: "holder", serial: 5n },
      NOW + 1,
    ]);
    assert.equal(await store.certificates.registered(1n), undefined);
    assert.equal(await storage.ca("cau").certificates.registered(serial), undefined);
  },

  async "forgetEnded() removes from the register what ended before, and nothing else"(storage) {
    const store = storage.ca("cas");
    const { certificate, ...record } = newCertificate(1);
    for (const [n, notAfter] of [NOW - 1, NOW, NOW + 1].entries()) {
      const id = BigInt(n + 1);
      await store.certificates.add({
        ...record,
        id,
        certificate: { ...certificate, serial: id, keyId: keyId(n), notAfter },
      });
    }
    assert.equal(await store.certificates.forgetEnded(NOW), 1);
    assert.equal(await store.certificates.forgetEnded(NOW), 0);
    const left = await Promise.all([1n, 2n, 3n].map((serial) => store.certificates.registered(serial)));
    assert.deepEqual(left.map((found) => found?.notAfter), [undefined, NOW, NOW + 1]);
  },

  async "request() finds no row whose time has passed, when told the time"(storage) {
    const store = storage.ca("cas");
    await store.certificates.add(newCertificate(1));
    await store.requests.submit(newRequest(2));
    assert.equal((await store.requests.find(1n, NOW + DAY))?.id, 1n);
    assert.equal(await store.requests.find(1n, NOW + DAY + 1), undefined);
    assert.equal((await store.requests.find(2n, NOW + 999 * DAY))?.id, 2n);
  },

  async "expireEarlier() only ever brings the time forward"(storage) {
    const store = storage.ca("cas");
    await store.certificates.add(newCertificate(1));
    await store.requests.submit(newRequest(2));
    const expiration = async (id: bigint) => (await store.requests.find(id, 0))?.keptUntil;
    await expireEarlier(store, { id: 1n, keptUntil: NOW + 2 * DAY });
    assert.equal(await expiration(1n), NOW + DAY);
    await expireEarlier(store, { id: 1n, keptUntil: NOW + 60 });
    assert.equal(await expiration(1n), NOW + 60);
    await expireEarlier(store, { id: 2n, keptUntil: NOW + 60 });
    assert.equal(await expiration(2n), undefined);
    await expireEarlier(store, { id: 3n, keptUntil: NOW + 60 });
  },

  async "issuers.list() gives CA certificates in the order in which they were added, expired ones included"(storage) {
    const store = storage.ca("cau");
    const added = [3, 1, 2].map(newIssuer);
    for (const issuer of added) assert.equal(await addIssuer(store, issuer), true);
    const rows = added.map(({ keyIdentifier: _, ...row }) => row);
    assert.deepEqual((await store.issuers.list()).issuers, rows);
    await store.issuers.drop(NOW + 2, BY);
    assert.deepEqual((await store.issuers.list()).issuers, [rows[0], rows[2]]);
    assert.deepEqual((await storage.ca("cas").issuers.list()).issuers, []);
  },

  async "issuers.add() adds nothing to a list that has changed since it was read"(storage) {
    const store = storage.ca("cas");
    const { revision } = await store.issuers.list();
    const added = await Promise.all([1, 2, 3].map((n) => store.issuers.add(newIssuer(n), revision, BY)));
    assert.deepEqual(added.filter(Boolean).length, 1);
    assert.equal((await store.issuers.list()).issuers.length, 1);
    const { revision: full } = await store.issuers.list();
    await store.issuers.drop(NOW + DAY, BY);
    assert.equal(await addIssuer(store, newIssuer(4)), true);
    assert.equal(await store.issuers.add(newIssuer(5), full, BY), false, "as many as before, but another one");
  },
};

/** Then another change, after which it must hold. */
async function expireEarlier(
  store: CaStores,
  { id, keptUntil }: { readonly id: bigint; readonly keptUntil: number },
): Promise<void> {
  store.certificates.expireEarlier(id, keptUntil);
  await store.requests.freezeAutoSignAmount(1);
}
