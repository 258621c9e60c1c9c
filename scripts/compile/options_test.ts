import assert from "node:assert/strict";
import { parseCompileOptions, type Surroundings } from "./options.ts";
import { executableName, TARGETS } from "./targets.ts";

const HOST = "x86_64-unknown-linux-gnu";
const OURS: Surroundings = { host: HOST, hasOwnRuntime: false };

Deno.test("parseCompileOptions() compiles for this machine into dist, unless told otherwise", () => {
  assert.deepEqual(parseCompileOptions([], OURS), { targets: [HOST], output: "dist" });
  const two = ["--target", "aarch64-apple-darwin", "--target", HOST, "--target", HOST, "--output", "/x"];
  assert.deepEqual(parseCompileOptions(two, OURS), { targets: ["aarch64-apple-darwin", HOST], output: "/x" });
  assert.deepEqual(parseCompileOptions(["--all"], OURS)?.targets, TARGETS);
  assert.equal(parseCompileOptions(["--help"], OURS), undefined);
});

Deno.test("parseCompileOptions() says what is wrong, and what there is to choose from", () => {
  const cases: readonly (readonly [args: readonly string[], surroundings: Surroundings, message: RegExp])[] = [
    [["--target", "sparc"], OURS, /--target sparc: choose from x86_64-unknown-linux-gnu, .*x86_64-pc-windows-msvc/],
    [[], { host: "riscv64gc-unknown-linux-gnu", hasOwnRuntime: false }, /riscv64gc-unknown-linux-gnu: choose from/],
    [["--all", "--target", HOST], OURS, /--all/],
    [["--output", ""], OURS, /--output/],
    [["--nonsense"], OURS, /--nonsense/],
    [["dist"], OURS, /dist/],
    [["--all"], { host: HOST, hasOwnRuntime: true }, /DENORT_BIN .* cannot make aarch64-unknown-linux-gnu/],
  ];
  for (const [args, surroundings, message] of cases) {
    assert.throws(() => parseCompileOptions(args, surroundings), message, args.join(" "));
  }
  assert.deepEqual(parseCompileOptions([], { host: HOST, hasOwnRuntime: true })?.targets, [HOST]);
});

Deno.test("executableName() has the extension that Windows needs", () => {
  assert.equal(executableName("1.2.3", HOST), "caucase-1.2.3-x86_64-unknown-linux-gnu");
  assert.equal(executableName("1.2.3", "x86_64-pc-windows-msvc"), "caucase-1.2.3-x86_64-pc-windows-msvc.exe");
});
