import assert from "node:assert/strict";
import fc from "fast-check";
import { InvalidArgumentError } from "@commander-js/extra-typings";
import { collect, countFromOne, days, hostAndPort, keyBits, lifeSpanDays, port, wholeNumber } from "./options.ts";

type Parser = (text: string) => number;

const VALUES: readonly (readonly [Parser, text: string, value: number | "refused"])[] = [
  [wholeNumber, "0", 0],
  [wholeNumber, "0050", 50],
  [wholeNumber, "9007199254740991", Number.MAX_SAFE_INTEGER],
  [wholeNumber, "9007199254740993", "refused"],
  [wholeNumber, "", "refused"],
  [wholeNumber, " 5", "refused"],
  [wholeNumber, "-1", "refused"],
  [wholeNumber, "1.0", "refused"],
  [wholeNumber, "0x10", "refused"],
  [countFromOne, "1", 1],
  [countFromOne, "30", 30],
  [countFromOne, "0", "refused"],
  [countFromOne, "1.5", "refused"],
  [days, "0", 0],
  [days, "93", 93],
  [days, "0.000462963", 0.000462963],
  [days, ".5", 0.5],
  [days, "31.", 31],
  [days, ".", "refused"],
  [days, "1e3", "refused"],
  [days, "Infinity", "refused"],
  [days, "9".repeat(400), "refused"],
  [days, "-5", "refused"],
  [days, "1,5", "refused"],
  [lifeSpanDays, "0.0", "refused"],
  [lifeSpanDays, "0.1", 0.1],
  [port, "1", 1],
  [port, "0", "refused"],
  [port, "65534", 65534],
  [port, "65535", "refused"],
  [keyBits, "2048", 2048],
  [keyBits, "2056", 2056],
  [keyBits, "16384", 16384],
  [keyBits, "2047", "refused"],
  [keyBits, "2049", "refused"],
  [keyBits, "16392", "refused"],
];

for (const [parse, text, value] of VALUES) {
  Deno.test(`${parse.name}() ${value === "refused" ? "refuses" : "takes"} ${JSON.stringify(text.slice(0, 20))}`, () => {
    if (value === "refused") assert.throws(() => parse(text), InvalidArgumentError);
    else assert.equal(parse(text), value);
  });
}

Deno.test("wholeNumber() and days() read back what was written", () => {
  fc.assert(fc.property(fc.maxSafeNat(), (number) => {
    assert.equal(wholeNumber(`${number}`), number);
    assert.equal(days(`${number}`), number);
  }));
});

Deno.test("collect() keeps the order of the command line", () => {
  assert.deepEqual(collect("c", collect("b", collect("a"))), ["a", "b", "c"]);
});

Deno.test("hostAndPort() takes a name or an address with a port, and nothing else", () => {
  const good: [text: string, host: string, port: number][] = [
    ["127.0.0.1:9119", "127.0.0.1", 9119],
    ["localhost:1", "localhost", 1],
    ["[::1]:65535", "[::1]", 65_535],
  ];
  for (const [text, host, port] of good) assert.deepEqual(hostAndPort(text), { host, port });
  const bad = ["", "9119", ":9119", "127.0.0.1", "127.0.0.1:", "127.0.0.1:0", "127.0.0.1:65536", "::1:9119", "[::1]"];
  for (const text of [...bad, "http://127.0.0.1:9119", "a b:1", "[x]:1"]) {
    assert.throws(() => hostAndPort(text), InvalidArgumentError, text);
  }
});
