/** The contract of the ACME store: accounts and external account keys. */
import assert from "node:assert/strict";
import { ended, withKey } from "../../core/acme/account.ts";
import { AcmeProblem, type ProblemType } from "../../core/acme/problem.ts";
import { account, accountBy, addAccount, eabKey, readyOrder, SECRET } from "./acme_fixtures.ts";
import { BY, type Cases, count, DAY, NOW } from "./store_fixtures.ts";

const MANY = Array.from({ length: 24 }, (_, n) => n + 1);

export function isProblem(type: ProblemType): (error: unknown) => boolean {
  return (error) => error instanceof AcmeProblem && error.type === type;
}

export const acmeAccountCases: Cases = {
  async "accounts.add() answers the account that has the key, however many ask at once"({ acme }) {
    const added = await Promise.all(MANY.map((n) => addAccount(acme, n, { thumbprint: "one key" })));
    assert.equal(new Set(added.map((one) => one.account.id)).size, 1);
    assert.equal(count(added.map(({ isNew }) => isNew), true), 1);
    const [first] = added;
    assert.deepEqual(await acme.accounts.findByKey("one key"), first?.account);
    assert.deepEqual(await acme.accounts.find(first?.account.id ?? ""), first?.account);
    assert.equal(await acme.accounts.find("nobody"), undefined);
  },

  async "accounts.add() keeps all that an account has"({ acme }) {
    const full = account(1, { allow: ["*.example.org", "10.0.0.0/8"], contact: ["mailto:a@b", "mailto:ü@b"] });
    await acme.accounts.add({ account: full, perAddressAndHour: 1 });
    assert.deepEqual(await acme.accounts.find(full.id), full);
  },

  async "accounts.add() refuses more than an address may make in an hour, and known keys never"({ acme }) {
    const add = (n: number, createdAt: number, address = "192.0.2.1") =>
      acme.accounts.add({ account: account(n, { createdAt, address }), perAddressAndHour: 2 });
    await add(1, NOW);
    await add(2, NOW + 10);
    await assert.rejects(add(3, NOW + 20), isProblem("rateLimited"));
    await add(1, NOW + 20);
    await add(4, NOW + 20, "192.0.2.2");
    await add(3, NOW + 3601);
  },

  async "accounts.change() changes what was seen, and nothing else"({ acme }) {
    const { account: seen } = await addAccount(acme);
    const next = { ...seen, contact: ["mailto:new@example.org"] };
    const results = await Promise.all(MANY.map(() => acme.accounts.change({ seen, next }, accountBy())));
    assert.equal(count(results, true), 1);
    assert.deepEqual(await acme.accounts.find(seen.id), next);
    const missing = account(9);
    assert.equal(await acme.accounts.change({ seen: missing, next: missing }, accountBy()), false);
  },

  async "accounts.change() gives a key to one account"({ acme }) {
    const { account: one } = await addAccount(acme, 1);
    const { account: two } = await addAccount(acme, 2);
    const change = acme.accounts.change({ seen: one, next: withKey(one, two) }, accountBy());
    const names = (error: unknown) => error instanceof AcmeProblem && error.details.account === two.id;
    await assert.rejects(change, names);
    const fresh = { jwk: "{}", thumbprint: "new" };
    assert.equal(await acme.accounts.change({ seen: one, next: withKey(one, fresh) }, accountBy()), true);
    assert.equal((await acme.accounts.findByKey("new"))?.id, one.id);
    assert.equal(await acme.accounts.findByKey(one.thumbprint), undefined);
  },

  async "accounts.change() tells of an account that a user ended, and not of one that ended itself"(storage) {
    const { acme } = storage;
    for (const [n, status, by] of [[1, "deactivated", accountBy()], [2, "revoked", BY]] as const) {
      const { account: seen } = await addAccount(acme, n);
      const next = ended(seen, status);
      assert.ok(next);
      assert.equal(await acme.accounts.change({ seen, next }, by), true);
    }
    const events = await storage.events(0n, 10);
    assert.deepEqual(events.map(({ event }) => event), [{ kind: "account-revoked", account: "account2" }]);
    assert.deepEqual(events.map(({ actor }) => actor), [BY.actor]);
  },

  async "accounts.list() gives pages in the order of ids"({ acme }) {
    for (const n of [3, 1, 2]) await addAccount(acme, n);
    assert.deepEqual((await acme.accounts.list("", 2)).map(({ id }) => id), ["account1", "account2"]);
    assert.deepEqual((await acme.accounts.list("account2", 2)).map(({ id }) => id), ["account3"]);
  },

  async "removeExpired() forgets accounts that never got a certificate"({ acme }) {
    await readyOrder(acme);
    await addAccount(acme, 2, { createdAt: NOW - 5 * DAY });
    await addAccount(acme, 3, { createdAt: NOW - DAY });
    await acme.removeExpired(NOW, NOW - 2 * DAY);
    assert.deepEqual((await acme.accounts.list("", 9)).map(({ id }) => id), ["account1", "account3"]);
  },

  async "eabKeys.add() keeps the secret apart"(storage) {
    const { eabKeys } = storage.acme;
    await eabKeys.add(eabKey(), SECRET);
    assert.deepEqual(await eabKeys.find("key1"), eabKey());
    assert.deepEqual(await eabKeys.list("", 9), [eabKey()]);
    assert.deepEqual(await eabKeys.list("key1", 9), []);
    assert.deepEqual(await eabKeys.secret("key1", NOW), SECRET);
    const told = [await eabKeys.find("key1"), await eabKeys.list("", 9), await storage.events(0n, 9)];
    assert.ok(!JSON.stringify(told, (_, value) => typeof value === "bigint" ? `${value}` : value).includes("7,7,7"));
    assert.equal(await eabKeys.secret("key2", NOW), undefined);
    assert.equal(await eabKeys.secret("key1", NOW + DAY + 1), undefined);
  },

  async "accounts.add() takes an external account key as often as it may be used"({ acme }) {
    await acme.eabKeys.add(eabKey(), SECRET);
    const add = (n: number) => addAccount(acme, n, { eabKey: "key1", address: `192.0.2.${n}` });
    const results = await Promise.allSettled(MANY.map(add));
    assert.equal(count(results.map(({ status }) => status), "fulfilled"), 2);
    for (const one of results) if (one.status === "rejected") assert.ok(isProblem("unauthorized")(one.reason));
    assert.equal((await acme.eabKeys.find("key1"))?.usesLeft, 0);
    assert.equal(await acme.eabKeys.secret("key1", NOW), undefined);
    const [bound] = await acme.accounts.list("", 1);
    assert.deepEqual(bound?.allow, ["*.example.org"]);
  },

  async "accounts.add() refuses external account keys that are unknown, revoked or expired"({ acme }) {
    await acme.eabKeys.add(eabKey({ usesLeft: undefined, expires: undefined }), SECRET);
    await acme.eabKeys.add(eabKey({ id: "old", expires: NOW - 1 }), SECRET);
    await addAccount(acme, 1, { eabKey: "key1" });
    await addAccount(acme, 2, { eabKey: "key1" });
    assert.equal(await acme.eabKeys.revoke("key1", BY), true);
    assert.equal(await acme.eabKeys.revoke("key1", BY), false);
    assert.equal(await acme.eabKeys.secret("key1", NOW), undefined);
    for (const key of ["key1", "old", "nothing"]) {
      await assert.rejects(addAccount(acme, 3, { eabKey: key }), isProblem("unauthorized"));
    }
    // The accounts stay.
    assert.equal((await acme.accounts.find("account2"))?.status, "valid");
  },

  async "removeExpired() forgets the secrets of keys that have expired"({ acme }) {
    await acme.eabKeys.add(eabKey({ expires: NOW - 1 }), SECRET);
    await acme.removeExpired(NOW, 0);
    assert.equal(await acme.eabKeys.secret("key1", NOW - 10), undefined);
    assert.equal((await acme.eabKeys.list("", 9)).length, 1);
  },
};
