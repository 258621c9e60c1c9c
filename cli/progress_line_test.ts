import assert from "node:assert/strict";
import fc from "fast-check";
import type { Progress } from "../core/progress.ts";
import { ProgressLine, progressText } from "./progress_line.ts";

/** A terminal that is a list of what was written, and a clock that is moved by hand. */
function fakeTerminal(columns = 80) {
  const written: string[] = [];
  const clock = { now: 1000 };
  const line = new ProgressLine(
    { write: (text) => written.push(text), columns: () => columns },
    () => clock.now,
  );
  return { written, clock, line };
}

function reading(done: number, total: number | undefined = 6_000_000): Progress {
  return { task: "Reading a.caucased", done, total, unit: "bytes" };
}

const TEXTS: readonly (readonly [progress: Progress, width: number, text: string])[] = [
  [reading(1_500_000), 79, "Reading a.caucased: 1.5 of 6.0 MB (25 %)"],
  [reading(5_999_999), 79, "Reading a.caucased: 6.0 of 6.0 MB (99 %)"],
  [reading(7_000_000), 79, "Reading a.caucased: 7.0 of 6.0 MB (100 %)"],
  [reading(262_144, 300_000), 79, "Reading a.caucased: 262 of 300 kB (87 %)"],
  [{ ...reading(2_500_000), total: undefined }, 79, "Reading a.caucased: 2.5 MB"],
  [reading(0, 0), 79, "Reading a.caucased: 0 of 0 kB (100 %)"],
  [
    { task: "Taking over ca.crl", done: 3000, total: 50_000, unit: "revocations" },
    79,
    "Taking over ca.crl: 3000 of 50000 revocations (6 %)",
  ],
  [reading(1_500_000), 35, "Reading a....: 1.5 of 6.0 MB (25 %)"],
  [reading(1_500_000), 20, "1.5 of 6.0 MB (25 %)"],
  [reading(1_500_000), 10, "1.5 of 6.0"],
  [{ ...reading(1_500_000), task: "Reading \x1b[2J\u202e" }, 79, "Reading ?[2J?: 1.5 of 6.0 MB (25 %)"],
];

Deno.test("progressText() says what is done, and how much of it", () => {
  for (const [progress, width, text] of TEXTS) assert.equal(progressText(progress, width), text);
});

Deno.test("progressText() fits into every width, and steers no terminal", () => {
  const anything = fc.string({ unit: fc.integer({ min: 0, max: 0x2fff }).map((code) => String.fromCharCode(code)) });
  fc.assert(fc.property(anything, fc.nat(), fc.nat(200), (task, done, width) => {
    const text = progressText({ ...reading(done), task }, width);
    assert.ok(text.length <= width);
    assert.match(text, /^[\x20-\x7e]*$/);
  }));
});

Deno.test("show() writes five times a second at most", () => {
  const { written, clock, line } = fakeTerminal();
  for (let passed = 0; passed <= 2000; passed++) {
    line.show(reading(passed * 1000));
    clock.now++;
  }
  assert.equal(written.length, 11);
  assert.equal(written[5], "\rReading a.caucased: 1.0 of 6.0 MB (16 %)");
});

Deno.test("show() leaves nothing of a longer line behind a shorter one", () => {
  const { written, clock, line } = fakeTerminal();
  line.show(reading(6_000_000));
  clock.now += 200;
  line.show({ ...reading(1_000_000), total: undefined });
  assert.deepEqual(written, [
    "\rReading a.caucased: 6.0 of 6.0 MB (100 %)",
    `\r${"Reading a.caucased: 1.0 MB".padEnd(41)}`,
  ]);
});

Deno.test("clear() takes the line away, once", () => {
  const { written, line } = fakeTerminal();
  line.clear();
  assert.deepEqual(written, [], "nothing was there");
  {
    using shown = line;
    shown.show(reading(6_000_000));
    shown.clear();
    written.length = 0;
  }
  assert.deepEqual(written, []);
  const other = fakeTerminal();
  {
    using shown = other.line;
    shown.show(reading(6_000_000));
  }
  assert.equal(other.written.at(-1), `\r${" ".repeat(41)}\r`);
});

Deno.test("show() writes nothing where nobody looks on", () => {
  const line = new ProgressLine(undefined, () => 0);
  line.show(reading(1));
  line.clear();
});
