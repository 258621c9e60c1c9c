import assert from "node:assert/strict";
import fc from "fast-check";
import { isRefusal } from "../../tests/support/refusals.ts";
import { utf8 } from "../bytes.ts";
import { readPendingList, writePendingList } from "./pending_list.ts";

const MAX_ID = (1n << 63n) - 1n;

Deno.test("readPendingList() reads what writePendingList() wrote: ids exactly, requests byte for byte", () => {
  const requests = fc.array(
    fc.record({
      id: fc.bigInt({ min: 0n, max: MAX_ID }),
      // A request is ASCII: anything else was refused.
      csrPem: fc.string({ unit: "binary-ascii" }),
    }),
  );
  fc.assert(fc.property(requests, (pending) => {
    const text = writePendingList(pending.map(({ id, csrPem }) => ({ id, csr: utf8(csrPem) })));
    assert.deepEqual(readPendingList(text), pending.map(({ id, csrPem }) => ({ id: `${id}`, csrPem })));
  }));
});

Deno.test("writePendingList() shows what is not UTF-8, and hides no other request for it", () => {
  const list = [{ id: 1n, csr: Uint8Array.of(0x61, 0xff) }, { id: 2n, csr: utf8("b") }];
  assert.deepEqual(readPendingList(writePendingList(list)), [{ id: "1", csrPem: "a\ufffd" }, { id: "2", csrPem: "b" }]);
});

Deno.test("readPendingList() refuses what is no list of requests with decimal ids", () => {
  for (const text of ["", "{}", "[5]", '[{"id": 5, "csr": ""}]', '[{"id": "-1", "csr": ""}]', '[{"id": "1"}]']) {
    assert.throws(() => readPendingList(text), isRefusal("malformed"), text);
  }
});
