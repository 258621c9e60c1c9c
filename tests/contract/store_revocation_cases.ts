/** The store's contract: revocations, and the CRL's number and time. */
import assert from "node:assert/strict";
import type { CaStore } from "../../core/ca/stores.ts";
import type { Cases } from "./store_contract.ts";
import { DAY, NOW, revocation } from "./store_fixtures.ts";

const LARGEST_SERIAL = 2n ** 159n - 1n;

async function listedSerials(store: CaStore): Promise<readonly bigint[]> {
  return (await store.crlContent()).revocations.map(({ serial }) => serial);
}

export const revocationCases: Cases = {
  async "crlContent() says that no CRL was ever made"(storage) {
    assert.deepEqual(await storage.ca("cas").crlContent(), { number: 0n, lastUpdate: undefined, revocations: [] });
  },

  async "revoke() counts the CRL number up and leaves its time"(storage) {
    const store = storage.ca("cas");
    assert.deepEqual(await store.renewCrl(NOW, undefined), { number: 1n, lastUpdate: NOW });
    assert.equal(await store.revoke(revocation(5n)), 2n);
    assert.equal(await store.revoke(revocation(4n)), 3n);
    const revocations = [revocation(5n), revocation(4n)];
    assert.deepEqual(await store.crlContent(), { number: 3n, lastUpdate: NOW, revocations });
  },

  async "revoke() refuses a second time and counts nothing"(storage) {
    const store = storage.ca("cau");
    await store.revoke(revocation(5n));
    await assert.rejects(store.revoke(revocation(5n, NOW)), { code: "already-revoked" });
    assert.deepEqual(await store.crlContent(), { number: 1n, lastUpdate: undefined, revocations: [revocation(5n)] });
  },

  async "isRevoked() tells serials apart that no double can hold"(storage) {
    const store = storage.ca("cas");
    await store.revoke(revocation(LARGEST_SERIAL));
    await store.revoke(revocation(0n));
    assert.equal(await store.isRevoked(LARGEST_SERIAL), true);
    assert.equal(await store.isRevoked(LARGEST_SERIAL - 1n), false);
    assert.equal(await store.isRevoked(0n), true);
    assert.equal(await storage.ca("cau").isRevoked(0n), false);
    assert.deepEqual(await listedSerials(store), [LARGEST_SERIAL, 0n]);
  },

  async "crlContent() lists in the order of revoking, also after some are gone"(storage) {
    const store = storage.ca("cas");
    for (const serial of [9n, 10n, 2n]) await store.revoke(revocation(serial));
    await store.revoke(revocation(7n, NOW - 1));
    await store.renewCrl(NOW, NOW);
    await store.revoke(revocation(1n));
    assert.deepEqual(await listedSerials(store), [9n, 10n, 2n, 1n]);
  },

  async "crlContent() keeps what expires until the next CRL has a number of its own"(storage) {
    const store = storage.ca("cas");
    await store.renewCrl(NOW, undefined);
    await store.revoke(revocation(1n, NOW));
    await store.revoke(revocation(2n, NOW + DAY));
    assert.deepEqual(await listedSerials(store), [1n, 2n]);
    assert.deepEqual(await store.renewCrl(NOW + 1, undefined), { number: 4n, lastUpdate: NOW + 1 });
    assert.deepEqual(await listedSerials(store), [2n]);
    assert.equal(await store.isRevoked(1n), true);
  },

  async "renewCrl() deletes revocations that expired before the time it is given"(storage) {
    const store = storage.ca("cas");
    for (const [n, time] of [NOW - 1, NOW, NOW + 1].entries()) await store.revoke(revocation(BigInt(n), time));
    await store.renewCrl(NOW - DAY, NOW);
    assert.deepEqual(await listedSerials(store), [1n, 2n]);
    assert.equal(await store.isRevoked(0n), false);
  },

  async "renewCrl() touches no other CA"(storage) {
    await storage.ca("cas").renewCrl(NOW, NOW);
    assert.deepEqual(await storage.ca("cau").crlContent(), { number: 0n, lastUpdate: undefined, revocations: [] });
  },
};
