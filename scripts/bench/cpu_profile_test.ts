import assert from "node:assert/strict";
import { parseCpuProfile, parseProfileName } from "./cpu_profile.ts";

const frame = (functionName: string, url = "") => ({ functionName, url, lineNumber: 0 });
const PROFILE = JSON.stringify({
  nodes: [
    { id: 1, callFrame: frame("(root)"), children: [2, 3] },
    { id: 2, callFrame: frame("handle", "file:///a.ts"), children: [4] },
    { id: 3, callFrame: frame("(idle)") },
    { id: 4, callFrame: frame("verify", "file:///b.ts") },
  ],
  startTime: 1000,
  endTime: 1060,
  samples: [3, 4, 2],
  timeDeltas: [10, 20, 5],
});

Deno.test("parseCpuProfile() tells at each sample what ran, for whom, and for how long", () => {
  const { startTime, samples } = parseCpuProfile(PROFILE);
  assert.equal(startTime, 1000);
  const seen = samples.map(({ stack, at, length }) => [stack.map(({ functionName }) => functionName), at, length]);
  assert.deepEqual(seen, [
    [["(idle)", "(root)"], 1010, 20],
    [["verify", "handle", "(root)"], 1030, 5],
    [["handle", "(root)"], 1035, 25],
  ]);
});

Deno.test("parseCpuProfile() refuses what is no profile", () => {
  assert.throws(() => parseCpuProfile("{}"));
});

Deno.test("parseProfileName() reads start and process from a profile's name", () => {
  const name = "CPU.1795819740337.4786.cpuprofile";
  assert.deepEqual(parseProfileName(name), { startedAt: 1795819740337, pid: 4786 });
  assert.equal(parseProfileName("server.log"), undefined);
});
