import assert from "node:assert/strict";
import fc from "fast-check";
import {
  account,
  authorization as newAuthorization,
  eabKey,
  FAILED,
  NAME,
  newOrder,
} from "../../tests/contract/acme_fixtures.ts";
import {
  type Authorization,
  begun,
  CHALLENGE_TYPES,
  challengeId,
  deactivated,
  decided,
  isProved,
  parseChallengeId,
  statusAt,
} from "./authorization.ts";
import { eabRefusal, usedOnce } from "./eab_key.ts";
import { ended } from "./account.ts";
import { type OrderRecord, orderState } from "./order.ts";

const NOW = 1_800_000_000;

/** Whatever may happen to an authorization. */
const step = fc.record({
  what: fc.constantFrom("begin", "succeed", "fail", "deactivate"),
  type: fc.constantFrom(...CHALLENGE_TYPES),
  after: fc.integer({ min: 0, max: 5 * 86_400 }),
});

function stepped(
  from: Authorization,
  { what, type }: { what: string; type: typeof CHALLENGE_TYPES[number] },
  now: number,
) {
  switch (what) {
    case "begin":
      return begun(from, type, now);
    case "succeed":
      return decided(from, type, { status: "valid", now, life: 30 * 86_400 });
    case "fail":
      return decided(from, type, { status: "invalid", error: FAILED, now });
    default:
      return deactivated(from);
  }
}

Deno.test("an authorization only ever goes forward, and is valid by exactly one challenge", () => {
  fc.assert(fc.property(fc.array(step, { maxLength: 12 }), (steps) => {
    let current = newAuthorization("one", NAME, { expires: NOW + 7 * 86_400 });
    let now = NOW;
    for (const each of steps) {
      now += each.after;
      const next = stepped(current, each, now);
      if (next === undefined) continue;
      const isEnd = current.status === "invalid" || current.status === "deactivated";
      assert.ok(!isEnd, "nothing leaves its end");
      if (current.status === "valid") assert.equal(next.status, "deactivated");
      assert.ok(next.expires >= current.expires);
      assert.deepEqual(
        next.challenges.map(({ type, token }) => [type, token]),
        current.challenges.map((one) => [
          one.type,
          one.token,
        ]),
      );
      const valid = next.challenges.filter(({ status }) => status === "valid").length;
      assert.equal(valid > 0, next.status === "valid" || current.status === "valid");
      assert.ok(valid <= 1);
      assert.equal(isProved(next), next.status === "valid");
      current = next;
    }
  }));
});

Deno.test("begun() begins once, and nothing of what has expired", () => {
  const one = newAuthorization("one", NAME);
  const first = begun(one, "http-01", NOW);
  assert.ok(first);
  assert.equal(begun(first, "http-01", NOW), undefined);
  assert.notEqual(begun(first, "dns-01", NOW), undefined);
  assert.equal(begun(one, "tls-alpn-01", NOW), undefined);
  assert.equal(begun(one, "http-01", one.expires + 1), undefined);
  assert.equal(statusAt(one, one.expires), "pending");
  assert.equal(statusAt(one, one.expires + 1), "expired");
});

Deno.test("a challenge's id comes back, and other texts are none", () => {
  fc.assert(fc.property(fc.base64String({ minLength: 1 }).map((text) => text.replace(/[.]/g, "_")), (id) => {
    for (const type of CHALLENGE_TYPES) {
      assert.deepEqual(parseChallengeId(challengeId(id, type)), { authorization: id, type });
    }
  }));
  for (const bad of ["", "a", "a.b", ".http-01", "a.http-01.b", "a.HTTP-01"]) {
    assert.equal(parseChallengeId(bad), undefined, bad);
  }
});

const request = fc.constantFrom(
  undefined,
  { kind: "pending" } as const,
  { kind: "gone" } as const,
  { kind: "signed", serial: 5n } as const,
);
const statuses = fc.array(fc.constantFrom("pending", "valid", "invalid", "deactivated"), {
  minLength: 1,
  maxLength: 4,
});

Deno.test("orderState() follows from what the order is made of", () => {
  const parts = fc.record({ list: statuses, found: request, failed: fc.boolean(), late: fc.boolean() });
  fc.assert(fc.property(parts, ({ list, found, failed, late }) => {
    const { order } = newOrder(1, list.map((_, n) => ({ type: "dns", value: `n${n}.org` })));
    const authorizations = list.map((status, n) => newAuthorization(`order1.${n}`, NAME, { status }));
    const record: OrderRecord = {
      order: { ...order, error: failed ? FAILED : undefined },
      authorizations,
      request: found,
    };
    const { status, serial, error } = orderState(record, late ? order.expires + 1 : NOW);
    assert.equal(status === "valid", found?.kind === "signed");
    assert.equal(serial !== undefined, status === "valid");
    assert.equal(error !== undefined, status === "invalid");
    if (status === "processing") assert.equal(found?.kind, "pending");
    if (status === "ready") assert.ok(found === undefined && !failed && !late && list.every((one) => one === "valid"));
    if (status === "pending") assert.ok(found === undefined && !failed && !late && list.includes("pending"));
    if (found === undefined && list.includes("invalid")) assert.equal(status, "invalid");
  }));
});

Deno.test("orderState() takes an authorization that is gone for expired", () => {
  const { order } = newOrder(1);
  assert.equal(orderState({ order, authorizations: [], request: undefined }, NOW).status, "invalid");
});

Deno.test("an external account key is used as often as it may be", () => {
  fc.assert(fc.property(fc.integer({ min: 0, max: 20 }), (uses) => {
    let key = eabKey({ usesLeft: uses });
    let used = 0;
    for (; eabRefusal(key, NOW) === undefined; used++) key = usedOnce(key);
    assert.equal(used, uses);
  }));
  assert.equal(usedOnce(eabKey({ usesLeft: undefined })).usesLeft, undefined);
});

Deno.test("an account ends once", () => {
  const gone = ended(account(1), "deactivated");
  assert.equal(gone?.status, "deactivated");
  assert.equal(gone && ended(gone, "revoked"), undefined);
});
