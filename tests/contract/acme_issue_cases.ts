/** The contract of the ACME store: how orders end. Each has one certificate at most, and the register has it once. */
import assert from "node:assert/strict";
import { ended } from "../../core/acme/account.ts";
import { orderState } from "../../core/acme/order.ts";
import type { Storage } from "../../core/ca/stores.ts";
import {
  ACCOUNT,
  accountBy,
  approval,
  FAILED,
  issue,
  NAME,
  newOrder,
  readyOrder,
  statusOf,
  validate,
} from "./acme_fixtures.ts";
import {
  BY,
  type Cases,
  count,
  csrBytes,
  DAY,
  issuedRecord,
  keyId,
  newRequest,
  NOW,
  outcomes,
} from "./store_fixtures.ts";

const MANY = Array.from({ length: 24 }, (_, n) => n + 1);

async function issuedEvents(storage: Storage) {
  return (await storage.events(0n, 100)).filter(({ event }) => event.kind === "issued");
}

/** Signs the n-th request, which waits for a person. */
async function sign(storage: Storage, n: number, order = "order1") {
  const arrival = await storage.ca("cas").requests.arrival(BigInt(n));
  const origin = arrival?.origin ?? { kind: "acme", account: ACCOUNT, order };
  const record = { ...issuedRecord(`certificate ${n}`, { keyId: keyId(n) }), origin };
  assert.equal(await storage.ca("cas").certificates.complete(BigInt(n), record, BY), true);
  return record.certificate;
}

export const acmeIssueCases: Cases = {
  async "issue() gives an order one of many certificates, and the register has that one"(storage) {
    const { acme } = storage;
    await readyOrder(acme);
    const wanted = MANY.map((n) => issue(n));
    const results = await Promise.all(wanted.map((one) => acme.orders.issue(one)));
    assert.equal(count(results, true), 1);
    const winner = wanted[results.indexOf(true)];
    const record = await acme.orders.find("order1");
    assert.ok(record && winner);
    assert.deepEqual(orderState(record, NOW), { status: "valid", serial: winner.certificate.serial });
    assert.equal(record.order.requestId, winner.id);
    const events = await issuedEvents(storage);
    assert.equal(events.length, 1);
    assert.deepEqual(events[0]?.actor, { kind: "account", id: ACCOUNT });
    const registered = await storage.ca("cas").certificates.registered(winner.certificate.serial);
    assert.deepEqual(registered?.origin, { kind: "acme", account: ACCOUNT, order: "order1" });
    assert.equal((await storage.ca("cas").requests.find(winner.id, NOW))?.certificatePem, winner.certificate.pem);
  },

  async "issue() takes the same request again for another order: some clients keep theirs"(storage) {
    const { acme } = storage;
    await readyOrder(acme);
    await acme.orders.add(newOrder(2));
    const same = { keyId: keyId(1), csr: csrBytes(1) };
    assert.equal(await acme.orders.issue(issue(1, "order1", same)), true);
    assert.equal(await acme.orders.issue(issue(2, "order2", same)), true);
    assert.equal((await issuedEvents(storage)).length, 2);
  },

  async "issue() and awaitApproval() do nothing for what failed, is unknown, or whose account ended"(storage) {
    const { acme } = storage;
    await readyOrder(acme);
    await acme.orders.add({ ...newOrder(2), reuse: false });
    await validate(acme, "order2.0", { error: FAILED });
    for (const order of ["order2", "order3"]) {
      assert.equal(await acme.orders.issue(issue(1, order)), false);
      assert.equal(await acme.orders.awaitApproval(approval(1, order)), false);
    }
    const seen = await acme.accounts.find(ACCOUNT);
    const next = seen && ended(seen, "deactivated");
    assert.ok(seen && next);
    await acme.accounts.change({ seen, next }, accountBy());
    assert.equal(await acme.orders.issue(issue(1)), false);
    assert.deepEqual(await issuedEvents(storage), []);
  },

  async "awaitApproval() and issue() exclude each other"(storage) {
    const { acme } = storage;
    await readyOrder(acme);
    const results = await Promise.all([acme.orders.awaitApproval(approval(1)), acme.orders.issue(issue(2))]);
    assert.deepEqual(results.sort(), [false, true]);
  },

  async "awaitApproval() puts the request among the pending ones, with its order and account"(storage) {
    const { acme } = storage;
    const cas = storage.ca("cas");
    await readyOrder(acme);
    assert.equal(await acme.orders.awaitApproval(approval(1, "order1", { of: 5n })), true);
    assert.equal(await statusOf(acme, "order1"), "processing");
    assert.deepEqual((await cas.requests.pending()).map(({ id }) => id), [1n]);
    const arrival = await cas.requests.arrival(1n);
    assert.deepEqual(arrival?.actor, { kind: "account", id: ACCOUNT });
    assert.deepEqual(arrival?.origin, { kind: "acme", account: ACCOUNT, order: "order1", of: 5n });
    assert.deepEqual((await cas.requests.arrivals()).get(1n), arrival);
    assert.equal(await cas.requests.receivedCount(), 1);
    assert.equal(await cas.requests.arrival(2n), undefined);
  },

  async "awaitApproval() keeps to what may be pending, together with all other requests"(storage) {
    await readyOrder(storage.acme);
    await storage.ca("cas").requests.submit(newRequest(1));
    const refused = storage.acme.orders.awaitApproval(approval(2, "order1", { maxPending: 1 }));
    assert.deepEqual(await outcomes([refused]), ["too-many-pending"]);
    assert.equal(await statusOf(storage.acme, "order1"), "ready");
    assert.equal(await storage.acme.orders.awaitApproval(approval(2, "order1", { maxPending: 2 })), true);
    assert.deepEqual(await outcomes([storage.ca("cas").requests.submit(newRequest(3, { maxPending: 2 }))]), [
      "too-many-pending",
    ]);
  },

  async "signing completes the order, and rejecting makes it invalid"(storage) {
    const { acme } = storage;
    await readyOrder(acme);
    await acme.orders.add(newOrder(2));
    for (const n of [1, 2]) await acme.orders.awaitApproval(approval(n, `order${n}`));
    const { serial } = await sign(storage, 1);
    const record = await acme.orders.find("order1");
    assert.deepEqual(record && orderState(record, NOW), { status: "valid", serial });
    assert.equal(await storage.ca("cas").requests.reject(2n, BY), true);
    assert.equal(await statusOf(acme, "order2"), "invalid");
    assert.equal(await storage.ca("cas").requests.arrival(2n), undefined);
  },

  async "an account that ends takes its pending requests with it, and no others"(storage) {
    const { acme } = storage;
    const cas = storage.ca("cas");
    await readyOrder(acme);
    await acme.orders.awaitApproval(approval(1));
    await cas.requests.submit(newRequest(2));
    const seen = await acme.accounts.find(ACCOUNT);
    const next = seen && ended(seen, "deactivated");
    assert.ok(seen && next);
    await acme.accounts.change({ seen, next }, accountBy());
    assert.deepEqual((await cas.requests.pending()).map(({ id }) => id), [2n]);
    assert.equal(await statusOf(acme, "order1"), "invalid");
  },

  async "an order waits for as long as people do, and can be read for a week after"(storage) {
    const { acme } = storage;
    await readyOrder(acme);
    await acme.orders.add(newOrder(2));
    for (const n of [1, 2]) await acme.orders.awaitApproval(approval(n, `order${n}`));
    const late = { ...BY, now: NOW + 50 * DAY };
    await acme.removeExpired(late.now, 0);
    assert.equal(await statusOf(acme, "order1", late.now), "processing");
    const { origin } = issue(1);
    const record = { ...issuedRecord("late", { keyId: keyId(1), keptUntil: late.now }), origin };
    await storage.ca("cas").certificates.complete(1n, record, late);
    await storage.ca("cas").requests.reject(2n, late);
    await acme.removeExpired(late.now + 6 * DAY, 0);
    // The row of the request is long gone by then.
    await storage.ca("cas").requests.submit(newRequest(9, { by: { ...BY, now: late.now + 6 * DAY } }));
    assert.equal(await statusOf(acme, "order1", late.now + 6 * DAY), "valid");
    assert.equal(await statusOf(acme, "order2", late.now + 6 * DAY), "invalid");
    await acme.removeExpired(late.now + 8 * DAY, 0);
    assert.equal(await acme.orders.find("order1"), undefined);
    assert.equal(await acme.orders.find("order2"), undefined);
  },

  async "lastIssued() is the last certificate for exactly these names, and whether a user approved it"(storage) {
    const { acme } = storage;
    await readyOrder(acme);
    const last = () => acme.orders.lastIssued(ACCOUNT, [NAME]);
    assert.equal(await last(), undefined);
    await acme.orders.awaitApproval(approval(1));
    const { serial, notAfter } = await sign(storage, 1);
    assert.deepEqual(await last(), { serial, notAfter, isApproved: true });
    await acme.orders.add(newOrder(2));
    const second = issue(2, "order2", { isApproved: true });
    await acme.orders.issue(second);
    assert.deepEqual(await last(), { serial: second.certificate.serial, notAfter, isApproved: true });
    await acme.orders.add(newOrder(3));
    const third = issue(3, "order3");
    await acme.orders.issue(third);
    assert.equal((await last())?.isApproved, false);
    assert.equal(await acme.orders.lastIssued(ACCOUNT, [NAME, { type: "dns", value: "b" }]), undefined);
    assert.equal(await acme.orders.lastIssued("account2", [NAME]), undefined);
    await acme.removeExpired(notAfter + 1, 0);
    assert.equal(await last(), undefined);
  },

  async "removeExpired() keeps accounts that have got a certificate"(storage) {
    await readyOrder(storage.acme);
    await storage.acme.orders.issue(issue(1));
    await storage.acme.removeExpired(NOW + 1000 * DAY, NOW + 900 * DAY);
    assert.equal((await storage.acme.accounts.find(ACCOUNT))?.id, ACCOUNT);
  },

  async "the register knows which certificate an order's continues"(storage) {
    const { acme } = storage;
    await readyOrder(acme);
    const first = issue(1);
    await acme.orders.issue(first);
    await acme.orders.add(newOrder(2));
    const origin = { kind: "acme", account: ACCOUNT, order: "order2", of: first.certificate.serial } as const;
    const second = issue(2, "order2", { origin });
    await acme.orders.issue(second);
    const found = await storage.ca("cas").register.find(first.certificate.serial, NOW);
    assert.equal(found?.renewedBy, second.certificate.serial);
  },
};
