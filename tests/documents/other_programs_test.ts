import assert from "node:assert/strict";
import { findProgram, haveAll, type OtherProgram } from "./other_programs.ts";

const SHELL: OtherProgram = { program: "sh", packages: "dash" };
const MISSING: OtherProgram = { program: "no-such-program", packages: "none" };
const MISSING_PART: OtherProgram = { program: "/usr/lib/no-such/part.so", packages: "none" };

Deno.test("findProgram() looks in PATH, or at a path", () => {
  assert.match(findProgram(SHELL) ?? "", /\/sh$/);
  assert.equal(findProgram(MISSING), undefined);
  assert.equal(findProgram(MISSING_PART), undefined);
});

Deno.test("haveAll() needs all of them", () => {
  assert.equal(haveAll([]), true);
  assert.equal(haveAll([SHELL]), true);
  assert.equal(haveAll([SHELL, MISSING]), false);
});
