import assert from "node:assert/strict";
import { cpuSeconds, parseCpuSeconds, parseResidentMegabytes } from "./process_figures.ts";

Deno.test("parseCpuSeconds() adds user and system time, whatever the program is called", () => {
  const stat = "4711 (a b) c) S 1 4711 4711 0 -1 4194560 1000 0 2 0 150 25 0 0 20 0 9 0 123456 1000000 2000";
  assert.equal(parseCpuSeconds(stat), 1.75);
});

Deno.test("parseResidentMegabytes() reads VmRSS", () => {
  assert.equal(parseResidentMegabytes("Name:\tdeno\nVmHWM:\t  200000 kB\nVmRSS:\t  125000 kB\nThreads:\t9\n"), 128);
  assert.throws(() => parseResidentMegabytes("Name:\tdeno\nState:\tZ (zombie)\n"), /has the process ended/);
});

Deno.test({
  name: "cpuSeconds() never goes back",
  ignore: Deno.build.os !== "linux",
  fn() {
    const before = cpuSeconds("self");
    assert.ok(cpuSeconds("self") >= before);
    assert.ok(before > 0);
  },
});
