/** The store's contract: each change is told by an event, in its transaction, and what did not happen by none. */
import assert from "node:assert/strict";
import type { CaEvent } from "../../core/ca/events.ts";
import type { Storage } from "../../core/ca/stores.ts";
import {
  addIssuer,
  BY,
  type Cases,
  firstRequest,
  issuedRecord,
  keyId,
  newCertificate,
  newIssuer,
  newRequest,
  NOW,
  outcomes,
  renewCrl,
  revocation,
} from "./store_fixtures.ts";

async function eventsOf(storage: Storage): Promise<readonly CaEvent[]> {
  return (await storage.events(0n, 100)).map(({ event }) => event);
}

export const eventCases: Cases = {
  async "events() tells of requests, of what became of them, and of certificates"(storage) {
    const { requests, certificates } = storage.ca("cas");
    const first = firstRequest(1, 1);
    await requests.submit(first);
    for (const n of [2, 3]) await requests.submit(newRequest(n));
    const signed = issuedRecord("signed");
    await certificates.complete(2n, signed, BY);
    await requests.reject(3n, BY);
    const renewed = newCertificate(4);
    await certificates.add(renewed);
    const issuedWith = (id: bigint, { certificate, origin }: typeof signed): CaEvent => {
      const { serial, issuer, notAfter } = certificate;
      return { kind: "issued", serial, issuer, id, origin, notAfter };
    };
    assert.deepEqual(await eventsOf(storage), [
      { kind: "requested", id: 1n, key: keyId(1) },
      issuedWith(1n, first.autoSigned ?? signed),
      { kind: "requested", id: 2n, key: keyId(2) },
      { kind: "requested", id: 3n, key: keyId(3) },
      issuedWith(2n, signed),
      { kind: "rejected", id: 3n },
      issuedWith(4n, renewed),
    ]);
  },

  async "events() tells of CA certificates, revocations and CRLs"(storage) {
    const store = storage.ca("cau");
    await addIssuer(store, newIssuer(1));
    await store.revocations.revoke(revocation(5n), BY);
    await renewCrl(store, NOW, NOW);
    await store.issuers.drop(NOW, BY);
    assert.deepEqual(await eventsOf(storage), [
      { kind: "issuer-added", issuer: keyId(1), notAfter: NOW + 1, imported: false },
      { kind: "revoked", serial: 5n, crlNumber: 1n },
      { kind: "crl-renewed", crlNumber: 2n, thisUpdate: NOW },
      { kind: "issuers-dropped", before: NOW },
    ]);
  },

  async "events() tells of nothing that did not happen"(storage) {
    const { issuers, requests, certificates, revocations } = storage.ca("cau");
    await requests.submit(newRequest(1));
    await revocations.revoke(revocation(5n), BY);
    await issuers.add(newIssuer(1), (await issuers.list()).revision, BY);
    const before = await eventsOf(storage);
    await outcomes([
      requests.submit(newRequest(1)),
      requests.submit(newRequest(2, { keyId: keyId(1) })),
      requests.submit(newRequest(3, { maxPending: 0 })),
      requests.reject(9n, BY),
      certificates.complete(9n, issuedRecord("of nobody"), BY),
      certificates.add(newCertificate(4, { keyId: keyId(1) })),
      certificates.add(newCertificate(4, { seenLike: 1 })),
      revocations.revoke(revocation(5n), BY),
      revocations.renewCrl({ seen: NOW, thisUpdate: NOW + 1, dropBefore: undefined }, BY),
      issuers.add(newIssuer(2), "another list", BY),
    ]);
    assert.deepEqual(await eventsOf(storage), before);
  },

  async "events() says who, when and at which CA, in pages, in the order of all CAs together"(storage) {
    const actors = [
      { kind: "user", issuer: "ab", serial: 2n ** 158n },
      { kind: "holder", serial: 7n },
      { kind: "account", id: "a b" },
      { kind: "anonymous", address: "::1" },
      { kind: "server" },
      { kind: "operator" },
    ] as const;
    assert.equal(await storage.newestEvent(), 0n);
    for (const [n, actor] of actors.entries()) {
      await storage.ca(n % 2 ? "cas" : "cau").revocations.revoke(revocation(BigInt(n)), { actor, now: NOW + n });
    }
    const all = await storage.events(0n, 100);
    assert.deepEqual(
      all.map(({ actor, now, ca }) => ({ actor, now, ca })),
      actors.map((actor, n) => ({ actor, now: NOW + n, ca: n % 2 ? "cas" : "cau" })),
    );
    const [, second] = all;
    assert.ok(second);
    assert.deepEqual(await storage.events(second.id, 2), all.slice(2, 4));
    assert.deepEqual(await storage.events(all.at(-1)?.id ?? 0n, 2), []);
    assert.equal(await storage.newestEvent(), all.at(-1)?.id);
  },
};
