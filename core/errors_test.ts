import assert from "node:assert/strict";
import { CaucaseError, describeError, describeFault } from "./errors.ts";

Deno.test("describeError() shows message and hint, and whatever else was thrown", () => {
  assert.equal(
    describeError(new CaucaseError("file", "cannot read x", { hint: "chmod it" })),
    "cannot read x (chmod it)",
  );
  assert.equal(describeError(new Error("plain")), "plain");
  assert.equal(describeError("text"), "text");
});

Deno.test("describeFault() shows the stacks of a fault and its causes, and of a refusal its message alone", () => {
  const refusal = new CaucaseError("file", "cannot read x", { cause: new Error("secret") });
  assert.equal(describeFault(refusal), "cannot read x");
  const fault = describeFault(new Error("outer", { cause: new TypeError("inner", { cause: refusal }) }));
  assert.match(fault, /^Error: outer\n +at [^]*\ncaused by TypeError: inner\n +at [^]*\ncaused by cannot read x$/);
});
