import assert from "node:assert/strict";
import fc from "fast-check";
import { CaucaseError } from "../core/errors.ts";
import { groupValues, normalizeArguments } from "./command_line.ts";

const FORMS = {
  names: ["--ca-url", "--ca-crt", "--crl", "--get-crt", "--get-csr", "--send-csr", "--send-csr-later"],
  arity: { "--get-crt": 2, "--get-csr": 2 },
};

const ACCEPTED: readonly (readonly [what: string, args: readonly string[], normal: readonly string[]])[] = [
  ["full names", ["--ca-url", "x"], ["--ca-url", "x"]],
  ["abbreviations", ["--ca-u", "x", "--cr=y"], ["--ca-url", "x", "--crl=y"]],
  ["a value that holds equals signs and lines", ["--ca-u=a=b\nc"], ["--ca-url=a=b\nc"]],
  ["a name that begins another one", ["--send-csr", "x"], ["--send-csr", "x"]],
  ["unknown names, for the parser to complain about", ["--bogus", "-x"], ["--bogus", "-x"]],
  ["pairs, repeated", ["--get-crt", "1", "a", "--get-crt", "2", ""], ["--get-crt", "1", "a", "--get-crt", "2", ""]],
  ["what follows --", ["--cr", "x", "--", "--ca", "--get-crt"], ["--crl", "x", "--", "--ca", "--get-crt"]],
  ["values named as members of every object", ["--send-csr", "constructor"], ["--send-csr", "constructor"]],
];

for (const [what, args, normal] of ACCEPTED) {
  Deno.test(`normalizeArguments() takes ${what}`, () => {
    assert.deepEqual(normalizeArguments(args, FORMS), normal);
  });
}

const REFUSED: readonly (readonly [args: readonly string[], message: string])[] = [
  [["--ca", "x"], "--ca could be --ca-url, --ca-crt"],
  [["--ca=x"], "--ca could be --ca-url, --ca-crt"],
  [["--get-crt"], "option '--get-crt' takes 2 values, not 0"],
  [["--get-crt", "1"], "option '--get-crt' takes 2 values, not 1"],
  [["--get-crt", "1", "--ca-url", "x"], "option '--get-crt' takes 2 values, not 1"],
  [["--get-crt", "1", "a", "2", "b"], "option '--get-crt' takes 2 values, not 4"],
  [["--get-crt=1"], "option '--get-crt' takes 2 values, not 1"],
  [["--get-cs=1", "a"], "option '--get-csr' takes 2 values, not 1"],
];

for (const [args, message] of REFUSED) {
  Deno.test(`normalizeArguments() refuses ${args.join(" ")}`, () => {
    assert.throws(() => normalizeArguments(args, FORMS), (error) => {
      assert.ok(error instanceof CaucaseError);
      assert.deepEqual([error.code, error.message], ["usage", message]);
      return true;
    });
  });
}

Deno.test("normalizeArguments() leaves values as they are, whatever they are", () => {
  const value = fc.string().filter((text) => !text.startsWith("--"));
  fc.assert(fc.property(fc.array(value), (values) => {
    assert.deepEqual(normalizeArguments(["--send-csr", ...values], FORMS), ["--send-csr", ...values]);
  }));
});

Deno.test("groupValues() loses no value", () => {
  fc.assert(fc.property(fc.array(fc.string()), fc.integer({ min: 1, max: 5 }), (values, size) => {
    const groups = groupValues(values, size);
    assert.deepEqual(groups.flat(), values);
    assert.ok(groups.slice(0, -1).every((group) => group.length === size));
  }));
});
