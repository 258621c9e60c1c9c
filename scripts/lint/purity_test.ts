import assert from "node:assert/strict";
import { complaints, hints } from "./samples.ts";

const IMPURE: readonly (readonly [source: string, what: string])[] = [
  ["const text = Deno.readTextFileSync(path);", "Deno.readTextFileSync"],
  ["let file: Deno.FsFile;", "Deno.FsFile"],
  ["console.log(1);", "console.log"],
  ['console["log"](1);', "console.log"],
  ["const say = console;", "console"],
  ["const now = Date.now();", "Date.now"],
  ["const clock = Date.now;", "Date.now"],
  ["const { now } = Date;", "Date.now"],
  ["const now = globalThis.Date.now();", "Date.now"],
  ["const now = new Date();", "clock behind Date()"],
  ["const now = Date();", "clock behind Date()"],
  ["const start = performance.now();", "performance.now"],
  ["const x = Math.random();", "Math.random"],
  ["crypto.getRandomValues(bytes);", "crypto.getRandomValues"],
  ["const id = crypto.randomUUID();", "crypto.randomUUID"],
  ["const { randomUUID } = crypto;", "crypto.randomUUID"],
  ["setTimeout(act, 10);", "setTimeout"],
  ["globalThis.setTimeout(act, 10);", "setTimeout"],
  ["start({ timer: setInterval });", "setInterval"],
  ["function start(timer = setTimeout) {}", "setTimeout"],
  ["const signal = AbortSignal.timeout(5);", "AbortSignal.timeout"],
  ["const answer = await fetch(url);", "fetch"],
  ["const home = process.env.HOME;", "process.env"],
  ['import { readFileSync } from "node:fs";', "node:fs"],
  ['import net from "node:net";', "node:net"],
  ['import { request } from "node:http";', "node:http"],
  ['import { spawn } from "node:child_process";', "node:child_process"],
  ['import type { Server } from "node:https";', "node:https"],
  ['import { hostname } from "node:os";', "node:os"],
  ['const fs = await import("node:fs/promises");', "node:fs/promises"],
  ['import { createHash, randomBytes } from "node:crypto";', "randomBytes"],
  ['import { getLogger } from "@logtape/logtape";', "logging"],
];

const PURE: readonly string[] = [
  "const when = new Date(seconds * 1000);",
  "const key = await crypto.subtle.generateKey(algorithm, true, usages);",
  'import { createHash } from "node:crypto";',
  'import { SignJWT } from "jose";',
  "const process = { console: 1, setTimeout: 2 };",
  "interface Clock { now(): number; setTimeout: string }",
  "timers.setTimeout(1); shape.fetch();",
  "const rounded = Math.round(value);",
];

Deno.test("core-purity names the effect when core/ acts", () => {
  for (const [source, what] of IMPURE) {
    assert.ok(
      complaints("core-purity", "core/ca/issue.ts", source).includes(`core-purity: no ${what} in core/`),
      source,
    );
  }
});

Deno.test("core-purity lets core/ compute", () => {
  for (const source of PURE) assert.deepEqual(complaints("core-purity", "core/ca/issue.ts", source), [], source);
});

Deno.test("core-purity is about core/ alone, without core/host/ and tests", () => {
  const source = "setTimeout(() => console.log(Date.now(), Deno.pid), 1);";
  assert.equal(complaints("core-purity", "core/pem.ts", source).length, 4);
  for (const file of ["core/host/clock.ts", "core/pem_test.ts", "server/jobs.ts", "cli/terminal.ts", "main.ts"]) {
    assert.deepEqual(complaints("core-purity", file, source), [], file);
  }
});

Deno.test("core-purity says what to do instead", () => {
  const cases: readonly (readonly [source: string, hint: RegExp])[] = [
    ["Date.now();", /take `now` \(Unix seconds\) as a parameter/],
    ["Math.random();", /take `random: /],
    ["setTimeout(act, 1);", /core\/host\/clock\.ts/],
    ["Deno.exit(1);", /core\/host\//],
    ["console.log(1);", /cli\/terminal\.ts/],
  ];
  for (const [source, hint] of cases) assert.match(hints("core-purity", "core/pem.ts", source)[0] ?? "", hint);
});
