import assert from "node:assert/strict";
import { Bindings } from "./bindings.ts";

const KEY_ID = { shown: "1147e35927e5fcbc2661bca32cc08b995ce349eb", real: "f11cb2c694d48d7151614e2ab7b546e2e1bf155c" };

Deno.test("match() learns what stands for what, and holds to it", () => {
  const bindings = new Bindings();
  assert.ok(bindings.match(["3274048832410898347 alice.pem"], ["12345678901234567 alice.pem"]));
  assert.ok(bindings.match([`id ${KEY_ID.shown} of 3274048832410898347`], [`id ${KEY_ID.real} of 12345678901234567`]));
  assert.ok(!bindings.match(["3274048832410898347"], ["99999999999999999"]));
  assert.equal(bindings.real(`sign 3274048832410898347 ${KEY_ID.shown}`), `sign 12345678901234567 ${KEY_ID.real}`);
  assert.equal(bindings.real("sign 42"), "sign 42");
});

Deno.test("learn() takes lines of a shown and a real value", () => {
  const bindings = new Bindings();
  bindings.learn(`${KEY_ID.shown} ${KEY_ID.real}\n`);
  assert.equal(bindings.real(KEY_ID.shown), KEY_ID.real);
});

const CASES: readonly { shown: string[]; actual: string[]; fits: boolean }[] = [
  { shown: [], actual: [], fits: true },
  { shown: [], actual: ["a"], fits: false },
  { shown: ["a"], actual: [], fits: false },
  { shown: ["a", "b"], actual: ["b", "a"], fits: false },
  { shown: ["…"], actual: [], fits: true },
  { shown: ["…", "b"], actual: ["a", "a", "b"], fits: true },
  { shown: ["…", "b"], actual: ["a", "b", "c"], fits: false },
  { shown: ["a", "…"], actual: ["a", "b", "c"], fits: true },
  { shown: ["port … failed (x)"], actual: ["port 1 failed (x)"], fits: true },
  { shown: ["port … failed"], actual: ["port 1 works"], fits: false },
  { shown: ["  a | b"], actual: ["a |    b  "], fits: true },
  { shown: ["a.b"], actual: ["axb"], fits: false },
  { shown: ["at 2026-11-23 18:28:04"], actual: ["at 2031-01-01 00:00:00"], fits: true },
  { shown: ["at 2026-11-23 18:28:04"], actual: ["at noon"], fits: false },
  { shown: [KEY_ID.shown], actual: ["not a key"], fits: false },
  { shown: ["20261123182804.sql.caucased"], actual: ["20310101000000.sql.caucased"], fits: true },
];

Deno.test("match() compares line by line, but for what stands for anything", () => {
  for (const { shown, actual, fits } of CASES) {
    assert.equal(new Bindings().match(shown, actual), fits, `${shown.join("/")} and ${actual.join("/")}`);
  }
});
