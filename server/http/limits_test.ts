import assert from "node:assert/strict";
import { defaultLimits, parseOpenFileLimit } from "./limits.ts";

Deno.test("defaultLimits() leaves a quarter of the open files to the rest of the process", () => {
  for (
    const [openFiles, connections] of [[4096, 3056], [1024, 752], [1_000_000, 10_000], [Infinity, 10_000], [
      8,
      1,
    ]] as const
  ) {
    assert.equal(defaultLimits(openFiles).connections, connections);
  }
});

Deno.test("defaultLimits() keeps to the protocol", () => {
  const limits = defaultLimits();
  assert.equal(limits.bodyBytes, 10_485_760);
  assert.ok(limits.idleMs >= 75_000);
  assert.ok(limits.connectionsPerAddress < limits.connections);
});

Deno.test("parseOpenFileLimit() reads the soft limit", () => {
  const line = (soft: string) =>
    `Max processes 1 2 processes\nMax open files            ${soft}    524288     files     \n`;
  assert.equal(parseOpenFileLimit(line("1024")), 1024);
  assert.equal(parseOpenFileLimit(line("unlimited")), undefined);
  assert.equal(parseOpenFileLimit(""), undefined);
});
