import assert from "node:assert/strict";
import { ACCEPTED, type AcceptedFinding } from "./accepted.ts";
import { unexplained, vanished } from "./judge.ts";
import type { LinterFinding, Specimen, SpecimenKind } from "./specimen.ts";

const NOTHING = new Uint8Array();
const ENTRY: AcceptedFinding = { linter: "pkilint", code: "odd", on: ["user", "service"], why: "so it is" };

function finding(kind: SpecimenKind, change: Partial<LinterFinding> = {}): LinterFinding {
  const specimen: Specimen = { kind, label: `a ${kind}`, der: NOTHING, issuer: NOTHING };
  return { specimen, linter: "pkilint", code: "odd", details: "at x", ...change };
}

Deno.test("unexplained() lets pass what is accepted on that kind by that linter, and nothing else", () => {
  assert.deepEqual(unexplained([finding("user"), finding("service")], [ENTRY]), []);
  const others = [finding("CA"), finding("user", { linter: "zlint" }), finding("user", { code: "odder" })];
  assert.deepEqual(unexplained(others, [ENTRY]), [
    "pkilint odd on CA: at x (a CA)",
    "zlint odd on user: at x (a user)",
    "pkilint odder on user: at x (a user)",
  ]);
});

Deno.test("unexplained() counts specimens with the same finding in one line", () => {
  assert.deepEqual(unexplained([finding("CA"), finding("CA"), finding("CA")], []), [
    "pkilint odd on CA: at x (a CA, and 2 more)",
  ]);
});

Deno.test("unexplained() looks at the details where the entry asks for some", () => {
  const entry = { ...ENTRY, details: /y$/ };
  assert.equal(unexplained([finding("user")], [entry]).length, 1);
  assert.deepEqual(unexplained([finding("user", { details: "at y" })], [entry]), []);
});

Deno.test("vanished() names what no longer occurs, kind by kind, of the linters that ran", () => {
  assert.deepEqual(vanished([finding("user")], [ENTRY], ["pkilint"]), ["pkilint odd on service"]);
  assert.deepEqual(vanished([finding("user"), finding("service")], [ENTRY], ["pkilint"]), []);
  assert.deepEqual(vanished([], [ENTRY], ["zlint"]), []);
});

Deno.test("every accepted finding is listed once and says why", () => {
  const names = ACCEPTED.flatMap(({ linter, code, on, details }) =>
    on.map((kind) => `${linter} ${code} ${kind} ${details}`)
  );
  assert.deepEqual(names, [...new Set(names)]);
  for (const { code, why } of ACCEPTED) assert.ok(why.length > 10, code);
});
