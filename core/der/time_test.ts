import assert from "node:assert/strict";
import fc from "fast-check";
import { utf8 } from "../bytes.ts";
import { readDer, readTime } from "./reader.ts";
import { TAG } from "./tags.ts";
import { derElement, derTime } from "./writer.ts";

function read(tag: number, text: string): number {
  return readTime(readDer(derElement(tag, utf8(text)), tag, "it"), "it");
}

const ACCEPTED: readonly (readonly [number, string, string])[] = [
  [TAG.UTC_TIME, "261123082952Z", "2026-11-23T08:29:52Z"],
  [TAG.UTC_TIME, "500101000000Z", "1950-01-01T00:00:00Z"],
  [TAG.UTC_TIME, "491231235959Z", "2049-12-31T23:59:59Z"],
  [TAG.UTC_TIME, "240229000000Z", "2024-02-29T00:00:00Z"],
  [TAG.UTC_TIME, "000229000000Z", "2000-02-29T00:00:00Z"],
  [TAG.GENERALIZED_TIME, "20500101000000Z", "2050-01-01T00:00:00Z"],
  [TAG.GENERALIZED_TIME, "99991231235959Z", "9999-12-31T23:59:59Z"],
  [TAG.GENERALIZED_TIME, "19491231235959Z", "1949-12-31T23:59:59Z"],
];

for (const [tag, text, iso] of ACCEPTED) {
  Deno.test(`readTime() reads ${text} as ${iso}`, () => assert.equal(read(tag, text), Date.parse(iso) / 1000));
}

const REFUSED: readonly (readonly [string, number, string])[] = [
  ["no seconds", TAG.UTC_TIME, "2611230829Z"],
  ["no zone", TAG.UTC_TIME, "261123082952"],
  ["another zone", TAG.UTC_TIME, "261123082952+0100"],
  ["small z", TAG.UTC_TIME, "261123082952z"],
  ["a letter", TAG.UTC_TIME, "26112308295OZ"],
  ["a sign", TAG.UTC_TIME, "-61123082952Z"],
  ["nothing", TAG.UTC_TIME, ""],
  ["month 0", TAG.UTC_TIME, "260023082952Z"],
  ["month 13", TAG.UTC_TIME, "261323082952Z"],
  ["day 0", TAG.UTC_TIME, "261100082952Z"],
  ["day 31 of November", TAG.UTC_TIME, "261131082952Z"],
  ["a leap day of no leap year", TAG.UTC_TIME, "260229082952Z"],
  ["a leap day of 2100", TAG.GENERALIZED_TIME, "21000229000000Z"],
  ["hour 24", TAG.UTC_TIME, "261123242952Z"],
  ["minute 60", TAG.UTC_TIME, "261123086052Z"],
  ["a leap second", TAG.UTC_TIME, "261231235960Z"],
  ["four digits of a year as UTCTime", TAG.UTC_TIME, "20261123082952Z"],
  ["two digits of a year as GeneralizedTime", TAG.GENERALIZED_TIME, "261123082952Z"],
  ["a year of UTCTime as GeneralizedTime", TAG.GENERALIZED_TIME, "20261123082952Z"],
  ["fractions", TAG.GENERALIZED_TIME, "20500101000000.5Z"],
  ["the year 0", TAG.GENERALIZED_TIME, "00000101000000Z"],
  ["something that is no time", TAG.UTF8_STRING, "261123082952Z"],
];

for (const [name, tag, text] of REFUSED) {
  Deno.test(`readTime() refuses ${name}`, () => assert.throws(() => read(tag, text), { code: "malformed" }));
}

Deno.test("readTime() gives back what derTime() wrote", () => {
  const from = Date.UTC(100, 0) / 1000;
  const to = Date.UTC(9999, 11, 31, 23, 59, 59) / 1000;
  fc.assert(fc.property(fc.integer({ min: from, max: to }), (seconds) => {
    const der = derTime(seconds);
    assert.equal(readTime(readDer(der, der[0] ?? 0, "it"), "it"), seconds);
  }));
});
