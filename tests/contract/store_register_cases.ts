/** The store's contract: the register as people ask it. */
import assert from "node:assert/strict";
import type { RegisterRecord } from "../../core/ca/register.ts";
import type { CaStores, Storage } from "../../core/ca/stores.ts";
import type { RegisterQuery } from "../../core/protocol/register_query.ts";
import { TAG } from "../../core/der/tags.ts";
import { derElement, derExplicit, derInteger, derNull, derSequence } from "../../core/der/writer.ts";
import { encodeExtensions } from "../../core/x509/extension.ts";
import { dnsName, emailName, ipAddress, subjectAltNameExtension } from "../../core/x509/general_name.ts";
import { commonNameDer } from "../../core/x509/name.ts";
import { isRefusal } from "../support/refusals.ts";
import { BY, type Cases, DAY, issuedRecord, newCertificate, newRequest, NOW, revocation } from "./store_fixtures.ts";

/** What reads as a certificate for names alone. */
function certificateNaming(commonName: string, names: readonly Uint8Array[]) {
  const extensions = encodeExtensions(names.length === 0 ? [] : [subjectAltNameExtension(names, false)]);
  const any = derSequence();
  const tbs = [derExplicit(0, derInteger(2)), derInteger(1), any, any, any, commonNameDer(commonName), any];
  return derSequence(derSequence(...tbs, derExplicit(3, extensions)), any, derElement(TAG.BIT_STRING, derNull()));
}

interface Wanted {
  readonly serial: bigint;
  readonly name?: string;
  readonly names?: readonly Uint8Array[];
  readonly notAfter?: number;
  readonly issuer?: string;
  /** The serial number that it renews. */
  readonly of?: bigint;
}

async function issue(store: CaStores, { serial, name = "a", names = [], of = 7n, ...rest }: Wanted): Promise<void> {
  const n = Number(serial);
  const issued = newCertificate(n, { serial });
  const certificate = { ...issued.certificate, ...rest, der: certificateNaming(name, names) };
  await store.certificates.add({ ...issued, origin: { kind: "renewal", of }, certificate });
}

async function serials(store: CaStores, query: Partial<RegisterQuery> = {}, now = NOW): Promise<readonly bigint[]> {
  const { records } = await store.register.list({ limit: 100, ...query }, now);
  return records.map(({ certificate }) => certificate.serial);
}

/** One that was renewed, one that ended, one that soon ends, one that was revoked, one that is just valid: 1 to 6. */
async function allKinds(storage: Storage): Promise<CaStores> {
  const store = storage.ca("cas");
  await issue(store, { serial: 1n, notAfter: NOW + 5 * DAY });
  await issue(store, { serial: 2n, notAfter: NOW - 1 });
  await issue(store, { serial: 3n, notAfter: NOW + 10 * DAY });
  await issue(store, { serial: 4n, notAfter: NOW + 20 * DAY });
  await issue(store, { serial: 5n, notAfter: NOW + 93 * DAY, of: 1n });
  await issue(store, { serial: 6n, notAfter: NOW + 40 * DAY });
  await store.revocations.revoke(revocation(4n), BY);
  return store;
}

async function record(store: CaStores, serial: bigint): Promise<RegisterRecord> {
  const found = await store.register.find(serial, NOW);
  assert.ok(found);
  return found;
}

export const registerCases: Cases = {
  async "list() gives the newest first, of one CA alone"(storage) {
    const store = await allKinds(storage);
    assert.deepEqual(await serials(store), [6n, 5n, 4n, 3n, 2n, 1n]);
    assert.deepEqual(await serials(storage.ca("cau")), []);
  },

  async "list() knows what is valid, expiring, expired and revoked"(storage) {
    const store = await allKinds(storage);
    assert.deepEqual(await serials(store, { status: "valid" }), [6n, 5n, 1n], "1 is renewed");
    assert.deepEqual(await serials(store, { status: "expiring" }), [3n]);
    assert.deepEqual(await serials(store, { status: "expired" }), [2n]);
    assert.deepEqual(await serials(store, { status: "revoked" }), [4n]);
    assert.deepEqual(await serials(store, { status: "current" }), [6n, 5n, 3n], "what a holder should use");
    const later = NOW + 50 * DAY;
    assert.deepEqual(await serials(store, { status: "expired" }, later), [6n, 3n, 2n, 1n]);
    assert.deepEqual(await serials(store, { status: "revoked" }, later), [4n]);
  },

  async "list() gives what ends before a time, the first to end first"(storage) {
    const store = await allKinds(storage);
    assert.deepEqual(await serials(store, { expiresBefore: NOW + 20 * DAY }), [2n, 1n, 3n]);
    assert.deepEqual(await serials(store, { expiresBefore: NOW + 20 * DAY + 1, status: "revoked" }), [4n]);
    assert.deepEqual(await serials(store, { expiresBefore: NOW - 1 }), []);
  },

  async "list() finds parts of names, in any case, and nothing across two names"(storage) {
    const store = storage.ca("cas");
    const names = [dnsName("www.Example.org"), ipAddress("2001:db8::1"), emailName("x@example.net")];
    await issue(store, { serial: 1n, name: "Database Ö", names });
    await issue(store, { serial: 2n, name: "other" });
    for (const name of ["EXAMPLE.O", "database ö", "2001:db8", "x@ex", "www", "CN=Data"]) {
      assert.deepEqual(await serials(store, { name }), [1n], name);
    }
    for (const name of ["orgx", "www.example.org2001", "zzz", "a\nb", "\t"]) {
      assert.deepEqual(await serials(store, { name }), [], name);
    }
    assert.deepEqual(await serials(store, { name: "o" }), [2n, 1n]);
  },

  async "list() gives those of one issuer, and takes all filters together"(storage) {
    const store = storage.ca("cas");
    await issue(store, { serial: 1n, issuer: "aa", name: "web" });
    await issue(store, { serial: 2n, issuer: "bb", name: "web" });
    await issue(store, { serial: 3n, issuer: "aa", name: "db" });
    assert.deepEqual(await serials(store, { issuer: "aa" }), [3n, 1n]);
    assert.deepEqual(await serials(store, { issuer: "cc" }), []);
    const all = { issuer: "aa", name: "web", status: "valid", expiresBefore: NOW + 100 * DAY } as const;
    assert.deepEqual(await serials(store, all), [1n]);
    assert.deepEqual(await serials(store, { ...all, status: "revoked" }), []);
  },

  async "list() goes on where a page ended, also when others come meanwhile"(storage) {
    const store = storage.ca("cas");
    for (const serial of [1n, 2n, 3n, 4n, 5n]) {
      await issue(store, { serial, notAfter: NOW + (Number(serial) % 3) * DAY });
    }
    for (
      const [query, expected] of [[{}, [5n, 4n, 3n, 2n, 1n]], [{ expiresBefore: NOW + 9 * DAY }, [
        3n,
        1n,
        4n,
        2n,
        5n,
      ]]] as const
    ) {
      const first = await store.register.list({ ...query, limit: 2 }, NOW);
      const rest = await store.register.list({ ...query, limit: 3, ...(first.next && { after: first.next }) }, NOW);
      assert.deepEqual([...first.records, ...rest.records].map(({ certificate }) => certificate.serial), expected);
      assert.equal(rest.next, undefined);
    }
    const page = await store.register.list({ limit: 2 }, NOW);
    await issue(store, { serial: 6n });
    const { records } = await store.register.list({ limit: 2, after: page.next ?? "" }, NOW);
    assert.deepEqual(records.map(({ certificate }) => certificate.serial), [3n, 2n]);
    await assert.rejects(store.register.list({ limit: 2, after: "nothing" }, NOW), isRefusal("malformed"));
  },

  async "find() says what became of a certificate, and who did it"(storage) {
    const store = await allKinds(storage);
    const renewed = await record(store, 1n);
    assert.deepEqual([renewed.status, renewed.renewedBy, renewed.revocation], ["valid", 5n, undefined]);
    const revoked = await record(store, 4n);
    assert.deepEqual([revoked.status, revoked.revocation], ["revoked", { at: NOW, by: BY.actor, reason: null }]);
    assert.deepEqual((await record(store, 3n)).certificate, await store.certificates.registered(3n));
    await store.revocations.revoke({ ...revocation(3n), reason: "superseded" }, BY);
    assert.equal((await record(store, 3n)).revocation?.reason, "superseded");
    assert.equal(await store.register.find(99n, NOW), undefined);
    assert.equal(await storage.ca("cau").register.find(1n, NOW), undefined);
  },

  async "counts() counts by status, and what ends soon without a renewal"(storage) {
    const store = await allKinds(storage);
    const { byStatus, endingWithin, expiredUnrenewed } = await store.register.counts(NOW);
    assert.deepEqual(byStatus, { valid: 3, expiring: 1, expired: 1, revoked: 1 });
    assert.deepEqual([...endingWithin], [[0, 0], [1, 0], [7, 0], [14, 1], [31, 1], [93, 3]]);
    assert.equal(expiredUnrenewed, 1);
    assert.equal((await store.register.counts(NOW + 200 * DAY)).expiredUnrenewed, 4, "1 is renewed, 4 revoked");
  },

  async "list() tells of what was issued, renewed and revoked since it was asked last"(storage) {
    const store = storage.ca("cas");
    assert.deepEqual(await serials(store), []);
    await issue(store, { serial: 1n, notAfter: NOW + DAY });
    assert.deepEqual(await serials(store, { status: "expiring" }), [1n]);
    await issue(store, { serial: 2n, of: 1n });
    assert.deepEqual(await serials(store, { status: "valid" }), [2n, 1n]);
    await store.revocations.revoke(revocation(2n), BY);
    assert.deepEqual(await serials(store, { status: "revoked" }), [2n]);
  },

  async "forgetEnded() takes them out of lists and counts too"(storage) {
    const store = await allKinds(storage);
    await store.register.counts(NOW);
    await store.certificates.forgetEnded(NOW);
    assert.deepEqual(await serials(store), [6n, 5n, 4n, 3n, 1n]);
    assert.equal((await store.register.counts(NOW)).byStatus.expired, 0);
  },

  async "list() has certificates that cannot be read, by no name"(storage) {
    const store = storage.ca("cau");
    await store.certificates.add({ ...newCertificate(1), ...issuedRecord("no DER") });
    assert.equal((await serials(store)).length, 1);
    assert.deepEqual(await serials(store, { name: "no" }), []);
  },

  async "arrivals() says who sent what is pending, and when"(storage) {
    const { requests, certificates } = storage.ca("cas");
    const from = (address: string, now: number) => ({ actor: { kind: "anonymous", address } as const, now });
    for (const n of [1, 2, 3]) await requests.submit(newRequest(n, { by: from(`192.0.2.${n}`, NOW + n) }));
    await requests.submit(newRequest(1, { by: from("192.0.2.9", NOW + 9) }));
    assert.deepEqual((await requests.arrivals()).get(1n), from("192.0.2.1", NOW + 1), "the first who sent it");
    await certificates.complete(1n, issuedRecord("signed"), BY);
    await requests.reject(2n, BY);
    assert.deepEqual([...await requests.arrivals()], [[3n, from("192.0.2.3", NOW + 3)]]);
    assert.equal((await storage.ca("cau").requests.arrivals()).size, 0);
  },
};
