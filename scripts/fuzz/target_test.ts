import assert from "node:assert/strict";
import { CaucaseError, malformed } from "../../core/errors.ts";
import { utf8 } from "../../core/bytes.ts";
import { defineTarget, examine } from "./target.ts";

function outcomeOf(read: () => unknown, check: (found: unknown) => unknown = () => {}) {
  return examine(defineTarget({ name: "t", grammar: "bytes", codes: ["malformed"], read, check }), utf8("input"));
}

function failing(error: unknown) {
  return () => {
    throw error;
  };
}

Deno.test("examine() finds nothing wrong with what is read, or refused with a reason that may be", async () => {
  const accepted = await outcomeOf(() => 7, (found) => assert.equal(found, 7));
  assert.deepEqual([accepted.accepted, accepted.shape, accepted.defect], [true, "accepted", undefined]);
  const refused = await outcomeOf(failing(malformed('byte 17 is "bad"')));
  assert.deepEqual([refused.accepted, refused.shape, refused.defect], [false, 'malformed: byte # is ""', undefined]);
});

const DEFECTS: Record<string, [error: unknown, defect: RegExp]> = {
  "an error of another type": [new RangeError("Maximum call stack size exceeded"), /^RangeError: Maximum/],
  "another code": [new CaucaseError("unauthenticated", "no"), /^refused as unauthenticated/],
  "a long message": [malformed("9".repeat(601)), /^the message has 60\d characters/],
  "a long hint": [malformed("no", { hint: "9".repeat(601) }), /^the message has 60\d characters/],
  "a message with a control character": [malformed("no\x1b[31m"), /control characters/],
  "no error at all": [undefined, /threw nothing/],
};

for (const [name, [error, defect]] of Object.entries(DEFECTS)) {
  Deno.test(`examine() tells of ${name}`, async () => {
    assert.match((await outcomeOf(failing(error))).defect ?? "", defect);
  });
}

Deno.test("examine() tells of a check that fails", async () => {
  assert.match((await outcomeOf(() => 7, () => assert.equal(7, 8, "not the same"))).defect ?? "", /not the same/);
});
