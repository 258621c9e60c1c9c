import assert from "node:assert/strict";
import { isRefusal } from "../../tests/support/refusals.ts";
import { completeLimits, defaultLimits, parseOpenFileLimit } from "./limits.ts";

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

Deno.test("completeLimits() takes what is asked for, and gives one address a quarter of the connections", () => {
  const share = (asked: Parameters<typeof completeLimits>[0]) => {
    const { connections, connectionsPerAddress } = completeLimits(asked, 4096);
    return [connections, connectionsPerAddress];
  };
  assert.deepEqual(share({}), [3056, 764]);
  assert.deepEqual(share({ connections: 10 }), [10, 3]);
  assert.deepEqual(share({ connectionsPerAddress: 2000 }), [3056, 2000]);
  assert.deepEqual(share({ connections: 3056, connectionsPerAddress: 9 }), [3056, 9]);
  assert.equal(completeLimits({ bodyBytes: 7 }, 4096).bodyBytes, 7);
});

Deno.test("completeLimits() refuses more connections than files may be open", () => {
  assert.throws(() => completeLimits({ connections: 3057 }, 4096), isRefusal("usage"));
});

Deno.test("parseOpenFileLimit() reads the soft limit", () => {
  const line = (soft: string) =>
    `Max processes 1 2 processes\nMax open files            ${soft}    524288     files     \n`;
  assert.equal(parseOpenFileLimit(line("1024")), 1024);
  assert.equal(parseOpenFileLimit(line("unlimited")), undefined);
  assert.equal(parseOpenFileLimit(""), undefined);
});
