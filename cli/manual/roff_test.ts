import assert from "node:assert/strict";
import fc from "fast-check";
import { argument, meaning, text, verbatim } from "./roff.ts";

const TEXTS: readonly (readonly [plain: string, roff: string])[] = [
  ["plain words", "plain words"],
  ["use --ca-url", "use \\-\\-ca\\-url"],
  ["use `--ca-url` for it", "use \\fB\\-\\-ca\\-url\\fR for it"],
  [".TH is no request here", "\\&.TH is no request here"],
  ["'quoted'", "\\(aqquoted\\(aq"],
  ["C:\\files", "C:\\efiles"],
  ["… and more", "\\[u2026] and more"],
  ["🔑", "\\[u1F511]"],
];

Deno.test("text() writes what stands for itself in a man page", () => {
  for (const [plain, roff] of TEXTS) assert.equal(text(plain), roff, plain);
});

Deno.test("text() gives ASCII that is neither request nor unknown escape, whatever it is given", () => {
  fc.assert(fc.property(fc.string({ unit: "grapheme" }).filter((plain) => !plain.includes("\n")), (plain) => {
    const roff = text(plain);
    assert.match(roff, /^[\x20-\x7e]*$/);
    assert.doesNotMatch(roff, /^[.']/);
    assert.match(roff, /^(?:[^\\]|\\(?:e|-|&|f[BR]|\((?:aq|ha|ti|ga)|\[u[0-9A-F]{4,6}\]))*$/);
  }));
});

Deno.test("verbatim() keeps lines and what they begin with", () => {
  assert.equal(verbatim("caucase x\n  .y"), ".PP\n.RS 4\n.nf\ncaucase x\n  .y\n.fi\n.RE");
  assert.match(verbatim(".profile"), /^\\&\.profile$/m);
});

Deno.test("meaning() and argument() guard their texts", () => {
  assert.equal(meaning(".x", ".y"), ".TP\n\\&.x\n\\&.y");
  assert.equal(argument('a "b"'), '"a \\(dqb\\(dq"');
});
