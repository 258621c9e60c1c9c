import assert from "node:assert/strict";
import { CaucaseError, type ErrorCode } from "../core/errors.ts";
import { ClientOutcome } from "./client/session.ts";
import { EXIT, exitStatusOf } from "./exit_status.ts";

const STATUSES: readonly (readonly [ErrorCode, number])[] = [
  ["usage", 2],
  ["file", 1],
  ["refused", 1],
  ["unreachable", 1],
  ["untrusted", 1],
  ["unacceptable", 1],
  ["in-use", 1],
];

for (const [code, status] of STATUSES) {
  Deno.test(`exitStatusOf() is ${status} for "${code}"`, () => {
    assert.equal(exitStatusOf(new CaucaseError(code, "")), status);
  });
}

Deno.test("exitStatusOf() is 1 for faults of ours, whatever was thrown", () => {
  for (const fault of [new TypeError("x"), "x", undefined, null]) assert.equal(exitStatusOf(fault), 1);
});

const OUTCOMES: readonly (readonly [what: string, happened: (outcome: ClientOutcome) => void, status: number])[] = [
  ["nothing happened", () => {}, EXIT.ok],
  ["something changed", (outcome) => outcome.changed = true, EXIT.ok],
  ["a warning", (outcome) => outcome.warned(), EXIT.warning],
  ["an error", (outcome) => outcome.failed(), EXIT.error],
  ["an error before a warning", (outcome) => (outcome.failed(), outcome.warned()), EXIT.error],
  ["a warning before an error", (outcome) => (outcome.warned(), outcome.failed()), EXIT.error],
];

for (const [what, happened, status] of OUTCOMES) {
  Deno.test(`ClientOutcome.status is ${status} after ${what}`, () => {
    const outcome = new ClientOutcome();
    happened(outcome);
    assert.equal(outcome.status, status);
  });
}
