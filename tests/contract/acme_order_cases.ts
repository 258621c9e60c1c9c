/** The contract of the ACME store: orders and authorizations. */
import assert from "node:assert/strict";
import { begun, deactivated } from "../../core/acme/authorization.ts";
import { isProblem } from "./acme_account_cases.ts";
import {
  ACCOUNT,
  account,
  addAccount,
  authorization,
  FAILED,
  issue,
  NAME,
  newOrder,
  readyOrder,
  statusOf,
  validate,
} from "./acme_fixtures.ts";
import { type Cases, count, DAY, NOW } from "./store_fixtures.ts";

const MANY = Array.from({ length: 24 }, (_, n) => n + 1);
const OTHER = { type: "dns", value: "b.example.org" } as const;
const WILDCARD = { type: "dns", value: "*.a.example.org" } as const;
const ADDRESS = { type: "ip", value: "2001:db8::1" } as const;

export const acmeOrderCases: Cases = {
  async "orders.add() keeps all that an order and its authorizations have"({ acme }) {
    await addAccount(acme);
    const wanted = newOrder(1, [WILDCARD, NAME, ADDRESS], { profile: "short", replaces: 2n ** 150n });
    assert.deepEqual(await acme.orders.add(wanted), wanted.order);
    const record = await acme.orders.find("order1");
    assert.deepEqual(record, { order: wanted.order, authorizations: wanted.authorizations, request: undefined });
    assert.deepEqual(await acme.orders.authorization("order1.2"), authorization("order1.2", ADDRESS));
    assert.equal(await acme.orders.find("order2"), undefined);
    assert.equal(await acme.orders.authorization("order2.0"), undefined);
  },

  async "orders.idsOf() gives pages of an account's own orders"({ acme }) {
    for (const n of [1, 2]) await addAccount(acme, n);
    for (const n of [2, 1, 3]) await acme.orders.add(newOrder(n));
    await acme.orders.add(newOrder(4, [NAME], { account: "account2" }));
    assert.deepEqual(await acme.orders.idsOf(ACCOUNT, "", 2), ["order1", "order2"]);
    assert.deepEqual(await acme.orders.idsOf(ACCOUNT, "order2", 2), ["order3"]);
  },

  async "changeAuthorization() lets one of many begin a challenge, and one decide it"({ acme }) {
    await addAccount(acme);
    await acme.orders.add(newOrder(1));
    const seen = await acme.orders.authorization("order1.0");
    const next = seen && begun(seen, "http-01", NOW);
    assert.ok(seen && next);
    const results = await Promise.all(MANY.map(() => acme.orders.changeAuthorization({ seen, next, now: NOW })));
    assert.equal(count(results, true), 1);
    assert.deepEqual(await acme.orders.authorization("order1.0"), next);
  },

  async "an order is ready when the last of its authorizations is valid"({ acme }) {
    await addAccount(acme);
    await acme.orders.add(newOrder(1, [NAME, OTHER]));
    assert.equal(await statusOf(acme, "order1"), "pending");
    await validate(acme, "order1.0");
    assert.equal(await statusOf(acme, "order1"), "pending");
    await validate(acme, "order1.1");
    assert.equal(await statusOf(acme, "order1"), "ready");
    assert.equal(await statusOf(acme, "order1", NOW + 8 * DAY), "invalid");
  },

  async "orders that wait for a failed or deactivated authorization fail with its problem"({ acme }) {
    await addAccount(acme);
    for (const n of [1, 2]) await acme.orders.add(newOrder(n, [NAME, OTHER]));
    await validate(acme, "order1.0", { error: FAILED });
    assert.deepEqual((await acme.orders.find("order1"))?.order.error, FAILED);
    assert.equal(await statusOf(acme, "order2"), "pending");
    const seen = await acme.orders.authorization("order2.1");
    const next = seen && deactivated(seen);
    assert.ok(seen && next);
    assert.equal(await acme.orders.changeAuthorization({ seen, next, error: FAILED, now: NOW }), true);
    assert.equal(await statusOf(acme, "order2"), "invalid");
  },

  async "orders.add() uses proved authorizations of the account again, for as long as the order lives"({ acme }) {
    await readyOrder(acme, 1, [NAME, WILDCARD]);
    await addAccount(acme, 2);
    const again = await acme.orders.add(newOrder(2, [NAME, OTHER]));
    assert.deepEqual(again.authorizations, ["order1.0", "order2.1"]);
    assert.deepEqual((await acme.orders.find("order2"))?.order, again);
    const late = await acme.orders.add(newOrder(3, [NAME], { expires: NOW + 31 * DAY }));
    assert.deepEqual(late.authorizations, ["order3.0"]);
    const never = await acme.orders.add({ ...newOrder(4), reuse: false });
    assert.deepEqual(never.authorizations, ["order4.0"]);
    const foreign = newOrder(5, [NAME], { account: "account2" });
    assert.deepEqual((await acme.orders.add(foreign)).authorizations, ["order5.0"]);
    const wildcard = await acme.orders.add(newOrder(6, [WILDCARD]));
    assert.deepEqual(wildcard.authorizations, ["order1.1"]);
  },

  async "orders.add() never uses one again that nobody proved"({ acme }) {
    await addAccount(acme);
    const approved = newOrder(1);
    const authorizations = [authorization("order1.0", NAME, { status: "valid", challenges: [] })];
    await acme.orders.add({ ...approved, authorizations });
    assert.equal(await statusOf(acme, "order1"), "ready");
    assert.deepEqual((await acme.orders.add(newOrder(2))).authorizations, ["order2.0"]);
    assert.equal(await acme.orders.isAuthorized(ACCOUNT, [NAME], NOW), false);
  },

  async "isAuthorized() for all names, each proved, and while that holds"({ acme }) {
    await readyOrder(acme, 1, [NAME, WILDCARD]);
    assert.equal(await acme.orders.isAuthorized(ACCOUNT, [NAME, WILDCARD], NOW + 30 * DAY), true);
    assert.equal(await acme.orders.isAuthorized(ACCOUNT, [NAME, OTHER], NOW), false);
    assert.equal(await acme.orders.isAuthorized(ACCOUNT, [NAME], NOW + 30 * DAY + 1), false);
    assert.equal(await acme.orders.isAuthorized("account2", [NAME], NOW), false);
  },

  async "orders.add() refuses more open orders than an account may have, however many come at once"({ acme }) {
    for (const n of [1, 2]) await addAccount(acme, n);
    const results = await Promise.allSettled(MANY.map((n) => acme.orders.add(newOrder(n))));
    assert.equal(count(results.map(({ status }) => status), "fulfilled"), 10);
    for (const one of results) if (one.status === "rejected") assert.ok(isProblem("rateLimited")(one.reason));
    await acme.orders.add(newOrder(90, [NAME], { account: "account2" }));
    // One that failed, or was over, is open no more.
    const [first = ""] = await acme.orders.idsOf(ACCOUNT, "", 1);
    await validate(acme, `${first}.0`, { error: FAILED });
    await acme.orders.add(newOrder(91));
    await assert.rejects(acme.orders.add(newOrder(92)), isProblem("rateLimited"));
    await acme.orders.add({ ...newOrder(93), now: NOW + 8 * DAY });
  },

  async "orders.add() refuses a name that failed too often, until an hour has passed"({ acme }) {
    await addAccount(acme);
    for (const n of [1, 2, 3]) {
      await acme.orders.add(newOrder(n));
      await validate(acme, `order${n}.0`, { error: FAILED });
    }
    await assert.rejects(acme.orders.add(newOrder(4)), isProblem("rateLimited"));
    await assert.rejects(acme.orders.add(newOrder(4, [OTHER, WILDCARD])), isProblem("rateLimited"));
    await acme.orders.add(newOrder(4, [OTHER]));
    await acme.orders.add({ ...newOrder(5), now: NOW + 3601 });
  },

  async "orders.add() lets one order that has not failed replace a certificate"({ acme }) {
    await addAccount(acme);
    const replacing = (n: number) => acme.orders.add(newOrder(n, [NAME], { replaces: 7n }));
    const results = await Promise.allSettled(MANY.map(replacing));
    assert.equal(count(results.map(({ status }) => status), "fulfilled"), 1);
    for (const one of results) if (one.status === "rejected") assert.ok(isProblem("alreadyReplaced")(one.reason));
    const [winner = ""] = await acme.orders.idsOf(ACCOUNT, "", 1);
    await validate(acme, `${winner}.0`, { error: FAILED });
    await replacing(90);
    await validate(acme, "order90.0");
    assert.equal(await acme.orders.issue(issue(90, "order90")), true);
    await assert.rejects(replacing(91), isProblem("alreadyReplaced"));
  },

  async "removeExpired() removes what strangers left, and nothing that somebody waits for"({ acme }) {
    await addAccount(acme);
    await acme.orders.add(newOrder(1));
    await acme.orders.add(newOrder(2, [NAME], { expires: NOW + 9 * DAY }));
    assert.equal(await acme.removeExpired(NOW, 0), 0);
    assert.ok(await acme.removeExpired(NOW + 8 * DAY, 0) >= 3);
    assert.equal(await acme.orders.find("order1"), undefined);
    assert.equal(await acme.orders.authorization("order1.0"), undefined);
    assert.equal((await acme.orders.find("order2"))?.order.id, "order2");
    assert.equal(await statusOf(acme, "order2", NOW + 8 * DAY), "invalid");
    assert.equal((await acme.accounts.find(ACCOUNT))?.id, account(1).id);
  },
};
