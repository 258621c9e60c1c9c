import assert from "node:assert/strict";
import { GROUPS, parseBenchOptions } from "./options.ts";

Deno.test("parseBenchOptions() measures everything in full unless told", () => {
  assert.deepEqual(parseBenchOptions([]), { quick: false, groups: GROUPS, json: undefined });
});

Deno.test("parseBenchOptions() takes several groups, in their own order", () => {
  const cases: string[][] = [["--only", "start", "read"], ["--only", "read", "--only", "start"]];
  for (const args of cases) assert.deepEqual(parseBenchOptions(args).groups, ["read", "start"], args.join(" "));
  const { quick, json } = parseBenchOptions(["--quick", "--json", "a.json"]);
  assert.deepEqual({ quick, json }, { quick: true, json: "a.json" });
});

Deno.test("parseBenchOptions() names what it does not know", () => {
  const cases: [string[], RegExp][] = [
    [["--only", "isue"], /--only isue: choose from issue/],
    [["issue"], /issue: not an option/],
    [["--fast"], /--fast/],
  ];
  for (const [args, message] of cases) assert.throws(() => parseBenchOptions(args), message, args.join(" "));
});
