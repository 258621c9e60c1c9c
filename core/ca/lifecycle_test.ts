import assert from "node:assert/strict";
import fc from "fast-check";
import {
  crlNextUpdate,
  crlRenewalDueAt,
  deletableBefore,
  isCrlRenewalDue,
  isNewIssuerDue,
  newIssuerDueAt,
  signingIssuer,
  unexpired,
} from "./lifecycle.ts";

/** One L is 100 s here. */
const L = 100;

function issuer(notBefore: number) {
  return { notBefore, notAfter: notBefore + 4 * L };
}

const first = issuer(1000);
const second = issuer(1200);

Deno.test("isNewIssuerDue() is true when the newest has 2 L left, or when there is none", () => {
  const cases: [string, readonly ReturnType<typeof issuer>[], number, boolean][] = [
    ["there is none", [], 1000, true],
    ["the only one is new", [first], 1000, false],
    ["the only one has more than 2 L left", [first], 1199, false],
    ["the only one has 2 L left", [first], 1200, true],
    ["it has been made", [first, second], 1200, false],
    ["order does not matter", [second, first], 1399, false],
    ["the next one has 2 L left", [first, second], 1400, true],
    ["all have expired", [first, second], 1601, true],
  ];
  for (const [situation, issuers, now, due] of cases) {
    assert.equal(isNewIssuerDue(issuers, now, L), due, situation);
  }
});

Deno.test("isNewIssuerDue() looks past one from the future when the clock was wrong when it was made", () => {
  const fromTheFuture = issuer(90_000);
  assert.equal(isNewIssuerDue([first, fromTheFuture], 1199, L), false);
  assert.equal(isNewIssuerDue([first, fromTheFuture], 1200, L), true);
  assert.equal(isNewIssuerDue([fromTheFuture], 1200, L), false, "a clock that is far behind makes no CA");
});

Deno.test("signingIssuer() is the newest that became valid more than one L ago, else the newest", () => {
  const cases: [string, readonly ReturnType<typeof issuer>[], number, unknown][] = [
    ["the only one signs at once", [first], 1000, first],
    ["passive: the old one signs", [first, second], 1200, first],
    ["passive: at exactly one L", [first, second], 1300, first],
    ["active: the new one signs", [first, second], 1301, second],
    ["gone: the new one signs", [first, second], 1401, second],
    ["one from the future does not sign", [first, issuer(90_000)], 1050, first],
    ["the old one expired before the new one is old enough", [issuer(900), issuer(1290)], 1301, issuer(1290)],
  ];
  for (const [situation, issuers, now, expected] of cases) {
    assert.deepEqual(signingIssuer(issuers, now, L), expected, situation);
  }
  assert.equal(signingIssuer([first], 1401, L), undefined, "all have expired");
});

Deno.test("a certificate never outlives all knowledge of its issuer when every holder renews once in an L", () => {
  fc.assert(fc.property(fc.array(fc.integer({ min: 1, max: 3 * L }), { minLength: 5, maxLength: 60 }), (steps) => {
    const issuers: ReturnType<typeof issuer>[] = [];
    let now = 10_000;
    for (const step of [0, ...steps]) {
      now += step;
      if (isNewIssuerDue(issuers, now, L)) issuers.push(issuer(now));
      const signing = signingIssuer(issuers, now, L);
      assert.ok(signing);
      // Whatever signs today existed one L ago, or there is nothing that did.
      const known = unexpired(issuers, now).filter(({ notBefore }) => now - notBefore > L);
      assert.ok(known.length === 0 || known.includes(signing));
      assert.ok(newIssuerDueAt(issuers, now, L) > now);
    }
  }));
});

Deno.test("a CRL is due when there is none, half way to its end, or when it is from the future", () => {
  const lifeSpan = 8_035_200; // 93 days
  assert.equal(crlNextUpdate(1_795_442_634, lifeSpan), 1_795_442_634 + 2_651_616);
  assert.equal(crlRenewalDueAt(0, lifeSpan), 1_325_808);
  assert.equal(isCrlRenewalDue(undefined, 5, lifeSpan), true);
  assert.equal(isCrlRenewalDue(0, 1_325_807, lifeSpan), false);
  assert.equal(isCrlRenewalDue(0, 1_325_808, lifeSpan), true);
  assert.equal(isCrlRenewalDue(100, 99, lifeSpan), true);
});

Deno.test("deletableBefore() deletes nothing after a jump of the clock by one L or more", () => {
  assert.equal(deletableBefore(1000, 1099, L), 1099);
  assert.equal(deletableBefore(1000, 1100, L), undefined);
  assert.equal(deletableBefore(undefined, 1000, L), undefined);
});
