import assert from "node:assert/strict";
import { parseFuzzOptions } from "./options.ts";

const KNOWN = ["pem", "der"];

Deno.test("parseFuzzOptions() takes all targets for ten minutes, with a seed of its own, unless told otherwise", () => {
  const { seed, ...others } = parseFuzzOptions([], KNOWN);
  assert.match(seed, /^\d+$/);
  assert.deepEqual(others, { seconds: 600, targets: KNOWN, keep: false, replay: [] });
});

Deno.test("parseFuzzOptions() reads every option", () => {
  const given = ["--seconds", "20", "--target", "pem", "--target", "der", "--seed", "x", "--keep"];
  assert.deepEqual(parseFuzzOptions(given, KNOWN), { seconds: 20, targets: KNOWN, seed: "x", keep: true, replay: [] });
  assert.deepEqual(parseFuzzOptions(["--target", "pem", "--replay", "a", "b"], KNOWN).replay, ["a", "b"]);
});

Deno.test("parseFuzzOptions() says what is wrong", () => {
  const cases: [args: string[], message: RegExp][] = [
    [["--target", "x"], /choose from pem, der/],
    [["--seconds=-1"], /not a number of seconds/],
    [["--seconds", "x"], /not a number of seconds/],
    [["x"], /x: not an option/],
    [["--replay", "a"], /needs one --target/],
    [["--nothing"], /--nothing/],
  ];
  for (const [args, message] of cases) assert.throws(() => parseFuzzOptions(args, KNOWN), { message }, args.join(" "));
});
