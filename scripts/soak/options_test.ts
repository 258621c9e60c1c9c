import assert from "node:assert/strict";
import { parseSoakOptions } from "./options.ts";

Deno.test("parseSoakOptions() takes a quarter of an hour unless told, with a seed of its own", () => {
  const { minutes, rate, seed } = parseSoakOptions([]);
  assert.deepEqual([minutes, rate], [15, 60]);
  assert.match(seed, /^\d+$/);
});

Deno.test("parseSoakOptions() takes what it is told, parts of minutes too", () => {
  const options = parseSoakOptions(["--minutes", "0.5", "--seed", "again", "--rate", "10"]);
  assert.deepEqual(options, { minutes: 0.5, seed: "again", rate: 10 });
});

Deno.test("parseSoakOptions() names what it does not take", () => {
  const cases: [string[], RegExp][] = [
    [["--minutes", "0"], /--minutes 0: not a number above 0/],
    [["--minutes", "ten"], /--minutes ten/],
    [["--rate", "-1"], /rate/],
    [["--rate", "Infinity"], /--rate Infinity/],
    [["--hours", "1"], /--hours/],
    [["1"], /1/],
  ];
  for (const [args, message] of cases) assert.throws(() => parseSoakOptions(args), message, args.join(" "));
});
