import assert from "node:assert/strict";
import { profileName, stageTable } from "./profiling.ts";

Deno.test("profileName() keeps folder and ending", () => {
  assert.equal(profileName("/tmp/a.cpuprofile", "issue"), "/tmp/a.issue.cpuprofile");
  assert.equal(profileName("a", "renew"), "a.renew");
});

Deno.test("stageTable() shows milliseconds for each request, and what other threads must have spent", () => {
  const times = [
    { stage: "sign", self: 3000, total: 4000 },
    { stage: "SQLite", self: 1000, total: 1000 },
    { stage: "waiting", self: 9000, total: 9000 },
  ] as const;
  const rows = stageTable(times, 2, 5).split("\n").slice(2).map((line) => line.split(/ {2,}/));
  assert.deepEqual(rows, [
    ["sign", "1.50", "75 %", "2.00"],
    ["SQLite", "0.500", "25 %", "0.500"],
    ["waiting", "4.50", "4.50"],
    ["main thread, all but waiting", "2.00"],
    ["other threads: cryptography, files", "3.00"],
  ]);
});
