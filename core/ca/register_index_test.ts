import assert from "node:assert/strict";
import fc from "fast-check";
import { CERTIFICATE_STATUSES } from "../protocol/register.ts";
import type { RegisterQuery } from "../protocol/register_query.ts";
import { compareIn, cursorText, EXPIRING_WITHIN, statusOf } from "./register.ts";
import { type IndexedCertificate, RegisterIndex } from "./register_index.ts";
import { SEGMENT_SIZE } from "./register_segment.ts";

const NOW = 1_800_000_000;

interface Certificate extends IndexedCertificate {
  readonly isRenewed: boolean;
  readonly isRevoked: boolean;
}

function indexOf(certificates: readonly Certificate[]): RegisterIndex {
  const index = new RegisterIndex();
  for (const one of certificates) index.add(one);
  for (const { id, isRenewed, isRevoked } of certificates) {
    if (isRenewed) index.setRenewed(id, id + 1);
    if (isRevoked) index.setRevoked(id);
  }
  return index;
}

/** What a generator answers in the end. */
function answerOf<T>(work: Generator<void, T>): T {
  for (;;) {
    const { done, value } = work.next();
    if (done) return value;
  }
}

/** The same by looking at each. */
function expected(certificates: readonly Certificate[], query: RegisterQuery): readonly number[] {
  return certificates.filter((one) =>
    (query.status === undefined || statusOf(one, NOW) === query.status) &&
    one.notAfter < (query.expiresBefore ?? Infinity) &&
    (query.issuer === undefined || one.issuer === query.issuer) &&
    one.text.includes((query.name ?? "").toLowerCase())
  ).toSorted(compareIn(query)).map(({ id }) => id);
}

/** All pages of a query. */
function listed(index: RegisterIndex, query: RegisterQuery): readonly number[] {
  const ids: number[] = [];
  let { places, hasMore } = answerOf(index.search(query, NOW));
  ids.push(...places.map(({ id }) => id));
  while (hasMore) {
    const last = places.at(-1);
    assert.ok(last);
    ({ places, hasMore } = answerOf(index.search({ ...query, after: cursorText(last) }, NOW)));
    ids.push(...places.map(({ id }) => id));
  }
  return ids;
}

const ENDS = [-1, 0, 1, EXPIRING_WITHIN, EXPIRING_WITHIN + 1, 2 * EXPIRING_WITHIN].map((left) => NOW + left);
const TEXTS = ["cn=web.example.org", "cn=db.example.org\twww.example.net", "cn=ö", ""];

const certificates = fc.array(
  fc.record({
    notAfter: fc.constantFrom(...ENDS),
    issuer: fc.constantFrom("aa", "bb"),
    text: fc.constantFrom(...TEXTS),
    isRenewed: fc.boolean(),
    isRevoked: fc.boolean(),
  }),
).map((rows) => rows.map((row, place): Certificate => ({ ...row, id: 2 * place + 1 })));

const queries = fc.record({
  status: fc.constantFrom(...CERTIFICATE_STATUSES),
  expiresBefore: fc.constantFrom(...ENDS),
  name: fc.constantFrom("example", "EXAMPLE.N", "b.ex", "Ö", "org", "none"),
  issuer: fc.constantFrom("aa", "bb", "cc"),
  limit: fc.integer({ min: 1, max: 5 }),
}, { requiredKeys: ["limit"] });

Deno.test("search() finds in pages what a look at each certificate finds, for any query", () => {
  fc.assert(fc.property(certificates, queries, (all, query) => {
    assert.deepEqual(listed(indexOf(all), query), expected(all, query));
  }));
});

Deno.test("counts() counts what a look at each certificate counts", () => {
  fc.assert(fc.property(certificates, (all) => {
    const { byStatus, expiredUnrenewed } = answerOf(indexOf(all).counts(NOW));
    for (const status of CERTIFICATE_STATUSES) {
      assert.equal(byStatus[status], all.filter((one) => statusOf(one, NOW) === status).length, status);
    }
    const unrenewed = all.filter((one) => !one.isRenewed && statusOf(one, NOW) === "expired");
    assert.equal(expiredUnrenewed, unrenewed.length);
  }));
});

Deno.test("forget() leaves the rest as it was, and more can come", () => {
  fc.assert(fc.property(certificates, queries, (all, query) => {
    const index = indexOf(all);
    index.forget(NOW + 1);
    const rest = all.filter(({ notAfter }) => notAfter > NOW);
    assert.deepEqual(listed(index, query), expected(rest, query));
    const next = { id: 10_000, notAfter: NOW + 5, issuer: "aa", text: "cn=web.example.org" };
    index.add(next);
    const more = [...rest, { ...next, isRenewed: false, isRevoked: false }];
    assert.deepEqual(listed(index, query), expected(more, query));
  }));
});

Deno.test("search() goes over as many segments as there are", () => {
  const many = Array.from({ length: 2 * SEGMENT_SIZE + 10 }, (_, n): Certificate => ({
    ...{ id: n + 1, notAfter: NOW + (n * 7919) % 1_000_000, issuer: "aa", text: `cn=host-${n}.example.org` },
    ...{ isRenewed: n % 3 === 0, isRevoked: n % 1000 === 0 },
  }));
  const index = indexOf(many);
  const asked: Omit<RegisterQuery, "limit">[] = [
    {},
    { name: "99.example" },
    { name: "example.com" },
    { name: "0.example", status: "revoked" },
    { name: "host-1", status: "expiring", expiresBefore: NOW + 500_000 },
    { expiresBefore: NOW + 1000 },
  ];
  for (const query of asked) {
    assert.deepEqual(listed(index, { ...query, limit: 1000 }), expected(many, { ...query, limit: 0 }));
  }
});
