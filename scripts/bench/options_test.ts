import assert from "node:assert/strict";
import { GROUPS, parseBenchOptions } from "./options.ts";

Deno.test("parseBenchOptions() measures everything in full unless told", () => {
  const [json, profile] = [undefined, undefined];
  assert.deepEqual(parseBenchOptions([]), { quick: false, groups: GROUPS, scale: {}, json, profile });
});

Deno.test("parseBenchOptions() takes several groups, in their own order", () => {
  const cases: string[][] = [["--only", "start", "read"], ["--only", "read", "--only", "start"]];
  for (const args of cases) assert.deepEqual(parseBenchOptions(args).groups, ["read", "start"], args.join(" "));
  const { quick, json, profile } = parseBenchOptions(["--quick", "--json", "a.json", "--profile", "b.cpuprofile"]);
  assert.deepEqual({ quick, json, profile }, { quick: true, json: "a.json", profile: "b.cpuprofile" });
});

Deno.test("parseBenchOptions() takes lists of numbers, and puts them in order", () => {
  const { scale } = parseBenchOptions(["--connections", "256,1,16,1", "--stored", "0,1000000", "--revoked=0"]);
  assert.deepEqual(scale, { connections: [1, 16, 256], stored: [0, 1_000_000], revoked: [0] });
});

Deno.test("parseBenchOptions() names what it does not know", () => {
  const cases: [string[], RegExp][] = [
    [["--only", "isue"], /--only isue: choose from issue/],
    [["issue"], /issue: not an option/],
    [["--fast"], /--fast/],
    [["--connections", "1,"], /--connections 1,: numbers/],
    [["--stored", "1e6"], /--stored 1e6: numbers/],
    [["--connections", "0,1"], /--connections: nothing/],
  ];
  for (const [args, message] of cases) assert.throws(() => parseBenchOptions(args), message, args.join(" "));
});
