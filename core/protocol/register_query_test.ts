import assert from "node:assert/strict";
import fc from "fast-check";
import { isRefusal } from "../../tests/support/refusals.ts";
import { STATUS_FILTERS } from "./certificate_status.ts";
import {
  PAGE_LIMIT,
  readEventQuery,
  readRegisterQuery,
  writeEventQuery,
  writeRegisterQuery,
} from "./register_query.ts";

Deno.test("readRegisterQuery() reads what writeRegisterQuery() wrote, whatever the name is", () => {
  const optional = { requiredKeys: ["limit"] } as const;
  const queries = fc.record({
    status: fc.constantFrom(...STATUS_FILTERS),
    expiresBefore: fc.integer({ min: 0, max: 4_000_000_000 }),
    name: fc.string({ minLength: 1, unit: "grapheme" }).filter((name) => name.isWellFormed()),
    issuer: fc.stringMatching(/^[0-9a-f]{40}$/),
    after: fc.stringMatching(/^[0-9a-z.]{1,60}$/),
    limit: fc.integer({ min: 1, max: PAGE_LIMIT.most }),
  }, { requiredKeys: [...optional.requiredKeys] });
  fc.assert(fc.property(queries, (query) => {
    assert.deepEqual({ ...readRegisterQuery(writeRegisterQuery(query)) }, { ...query });
  }));
});

Deno.test("readRegisterQuery() takes all certificates when nothing is asked for", () => {
  assert.deepEqual(readRegisterQuery(writeRegisterQuery({})), { limit: PAGE_LIMIT.usual });
});

Deno.test("readRegisterQuery() refuses what is unknown, is there twice, or cannot be", () => {
  const queries = [
    ...["stauts=valid", "status=good", "status=", "status=valid&status=valid", "expires-before=tomorrow"],
    ...["expires-before=2026-02-31", "name=", `name=${"a".repeat(1001)}`, "issuer=AB", "issuer=", "after=%00"],
    ...["limit=0", "limit=1001", "limit=-1", "limit=1e2", "__proto__=x"],
  ];
  for (const query of queries) assert.throws(() => readRegisterQuery(query), isRefusal("malformed"), query);
});

Deno.test("readEventQuery() reads what writeEventQuery() wrote, and refuses the rest", () => {
  const query = { after: 10n ** 17n + 1n, limit: 5 };
  assert.deepEqual(readEventQuery(writeEventQuery(query)), query);
  assert.deepEqual(readEventQuery(""), { after: 0n, limit: PAGE_LIMIT.usual });
  for (const wrong of ["after=-1", "after=x", "after=1&after=2", "limit=0", "kind=issued"]) {
    assert.throws(() => readEventQuery(wrong), isRefusal("malformed"), wrong);
  }
});
