/** The store's contract: revocations, and the CRL's number and time. */
import assert from "node:assert/strict";
import type { CaStores } from "../../core/ca/stores.ts";
import { BY, type Cases, crlContent, DAY, listed, listedIn, NOW, renewCrl, revocation } from "./store_fixtures.ts";

const LARGEST_SERIAL = 2n ** 159n - 1n;

async function listedSerials(store: CaStores): Promise<readonly bigint[]> {
  return (await crlContent(store)).revocations.map(({ serial }) => serial);
}

export const revocationCases: Cases = {
  async "crlContent() says that no CRL was ever made"(storage) {
    assert.deepEqual(await crlContent(storage.ca("cas")), {
      number: 0n,
      thisUpdate: undefined,
      revocations: [],
    });
  },

  async "revoke() counts the CRL number up and leaves its time"(storage) {
    const store = storage.ca("cas");
    assert.deepEqual(await renewCrl(store, NOW), { number: 1n, thisUpdate: NOW });
    assert.equal(await store.revocations.revoke(revocation(5n), BY), 2n);
    assert.equal(await store.revocations.revoke(revocation(4n), BY), 3n);
    const revocations = [listed(5n), listed(4n)];
    assert.deepEqual(await crlContent(store), { number: 3n, thisUpdate: NOW, revocations });
  },

  async "revoke() refuses a second time and counts nothing"(storage) {
    const store = storage.ca("cau");
    await store.revocations.revoke(revocation(5n), BY);
    await assert.rejects(store.revocations.revoke(revocation(5n, NOW), BY), { code: "already-revoked" });
    assert.deepEqual(await crlContent(store), {
      number: 1n,
      thisUpdate: undefined,
      revocations: [listed(5n)],
    });
  },

  async "isRevoked() tells serials apart that no double can hold"(storage) {
    const store = storage.ca("cas");
    await store.revocations.revoke(revocation(LARGEST_SERIAL), BY);
    await store.revocations.revoke(revocation(0n), BY);
    assert.equal(await store.revocations.isRevoked(LARGEST_SERIAL), true);
    assert.equal(await store.revocations.isRevoked(LARGEST_SERIAL - 1n), false);
    assert.equal(await store.revocations.isRevoked(0n), true);
    assert.equal(await storage.ca("cau").revocations.isRevoked(0n), false);
    assert.deepEqual(await listedSerials(store), [LARGEST_SERIAL, 0n]);
  },

  async "crlContent() lists in the order of revoking, also after some are gone"(storage) {
    const store = storage.ca("cas");
    for (const serial of [9n, 10n, 2n]) await store.revocations.revoke(revocation(serial), BY);
    await store.revocations.revoke(revocation(7n, NOW - 1), BY);
    await renewCrl(store, NOW, NOW);
    await store.revocations.revoke(revocation(1n), BY);
    assert.deepEqual(await listedSerials(store), [9n, 10n, 2n, 1n]);
  },

  async "crlContent() keeps what expires until the next CRL has a number of its own"(storage) {
    const store = storage.ca("cas");
    await renewCrl(store, NOW);
    await store.revocations.revoke(revocation(1n, NOW), BY);
    await store.revocations.revoke(revocation(2n, NOW + DAY), BY);
    assert.deepEqual(await listedSerials(store), [1n, 2n]);
    assert.deepEqual(await renewCrl(store, NOW + 1), { number: 4n, thisUpdate: NOW + 1 });
    assert.deepEqual(await listedSerials(store), [2n]);
    assert.equal(await store.revocations.isRevoked(1n), true);
  },

  async "crlContentSince() has what was made since, and nothing else"(storage) {
    const store = storage.ca("cas");
    await renewCrl(store, NOW);
    await store.revocations.revoke(revocation(1n), BY);
    const { position, entries } = await store.revocations.crlContent();
    assert.equal(entries.size, 1);
    const nothing = await store.revocations.crlContentSince(position);
    assert.deepEqual([nothing?.number, nothing?.entries.size], [2n, 0]);
    for (const serial of [5n, 4n]) await store.revocations.revoke(revocation(serial), BY);
    const more = await store.revocations.crlContentSince(position);
    assert.ok(more);
    assert.deepEqual([more.number, more.thisUpdate], [4n, NOW]);
    assert.deepEqual(listedIn(more.entries), [listed(5n), listed(4n)]);
    await store.revocations.revoke(revocation(9n), BY);
    const last = await store.revocations.crlContentSince(more.position);
    assert.deepEqual(last && listedIn(last.entries), [listed(9n)]);
  },

  async "crlContentSince() goes on from where there was nothing"(storage) {
    const store = storage.ca("cau");
    const { position, entries } = await store.revocations.crlContent();
    assert.equal(entries.size, 0);
    await store.revocations.revoke(revocation(3n), BY);
    const more = await store.revocations.crlContentSince(position);
    assert.deepEqual(more && listedIn(more.entries), [listed(3n)]);
  },

  async "crlContentSince() cannot go on after the CRL was renewed"(storage) {
    const store = storage.ca("cas");
    await store.revocations.revoke(revocation(1n), BY);
    const { position } = await store.revocations.crlContent();
    await renewCrl(store, NOW);
    assert.equal(await store.revocations.crlContentSince(position), undefined);
  },

  async "renewCrl() deletes revocations that expired before the time it is given"(storage) {
    const store = storage.ca("cas");
    for (const [n, time] of [NOW - 1, NOW, NOW + 1].entries()) {
      await store.revocations.revoke(revocation(BigInt(n), time), BY);
    }
    await renewCrl(store, NOW - DAY, NOW);
    assert.deepEqual(await listedSerials(store), [1n, 2n]);
    assert.equal(await store.revocations.isRevoked(0n), false);
  },

  async "renewCrl() touches no other CA"(storage) {
    await renewCrl(storage.ca("cas"), NOW, NOW);
    assert.deepEqual(await crlContent(storage.ca("cau")), {
      number: 0n,
      thisUpdate: undefined,
      revocations: [],
    });
  },
};
