/** How times and fingerprints look to people. */
import assert from "node:assert/strict";
import { NOW } from "../../tests/support/issuing.ts";
import { foreignText } from "./foreign_text.ts";
import { fingerprintLines, spokenFingerprint } from "./fingerprint.ts";
import { relativeText, spanText } from "./times.ts";

Deno.test("spanText() has the largest unit that fits", () => {
  const SPANS = [[0, "0s"], [59, "59s"], [60, "1m"], [7200, "2h"], [86_400, "1d"], [400 * 86_400, "400d"]] as const;
  for (const [seconds, text] of SPANS) assert.equal(spanText(seconds), text);
  assert.equal(spanText(3 * 365 * 86_400), "3y");
  assert.equal(relativeText(NOW + 120, NOW), "in 2m");
  assert.equal(relativeText(NOW - 120, NOW), "2m ago");
  assert.equal(relativeText(NOW, NOW), "0s ago");
});

const DIGITS = "2d81c02ea5f8169ed9eb60680ba9b8b0a49dcd1b1c7f6d385ead295d89ff5869";

Deno.test("a fingerprint is shown in groups, and understood as people type it", () => {
  assert.deepEqual(fingerprintLines(DIGITS), [
    "2d81 c02e a5f8 169e d9eb 6068 0ba9 b8b0",
    "a49d cd1b 1c7f 6d38 5ead 295d 89ff 5869",
  ]);
  for (const typed of [DIGITS, `sha256:${DIGITS}`, DIGITS.toUpperCase(), fingerprintLines(DIGITS).join(" ")]) {
    assert.equal(spokenFingerprint(typed), DIGITS, typed);
  }
  assert.equal(spokenFingerprint(fingerprintLines(DIGITS)[0] ?? ""), DIGITS.slice(0, 32));
});

Deno.test("a fingerprint of which less than a line was typed is none: others could have the same beginning", () => {
  for (const typed of ["", "2d81", DIGITS.slice(0, 31), `${DIGITS}00`, DIGITS.replace("2", "x"), "y"]) {
    assert.equal(spokenFingerprint(typed), undefined, typed);
  }
});

Deno.test("foreignText() shows what is seen as nothing or as a space, and leaves all other letters alone", () => {
  for (const text of ["www.example.org", "a b", "M\u00fcller", "e\u0301", "\u4e2d\u6587", "\u{1f600}"]) {
    assert.equal(foreignText(text), text);
  }
  const unseen = [..."\u034f\u115f\u17b4\u180b\u200b\u2800\u3164\ufe0f\uffa0\u{e0100}\u00a0\u2003\u3000"];
  for (const character of unseen) {
    assert.equal(foreignText(`a${character}b`), `a\\u{${character.codePointAt(0)?.toString(16)}}b`);
  }
});
