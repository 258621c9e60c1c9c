import assert from "node:assert/strict";
import { complaints } from "./samples.ts";

const PRINTING: readonly (readonly [source: string, what: string])[] = [
  ["console.log(1);", "console.log"],
  ["console.error(error);", "console.error"],
  ["const { warn } = console;", "console.warn"],
  ["Deno.stdout.writeSync(bytes);", "Deno.stdout"],
  ["const out = Deno.stderr;", "Deno.stderr"],
  ["process.stdout.write(text);", "process.stdout"],
  ["const name = prompt(question);", "prompt"],
];

Deno.test("printing names what prints in the wrong place", () => {
  for (const [source, what] of PRINTING) {
    for (const file of ["cli/client.ts", "server/jobs.ts", "main.ts", "core/host/clock.ts"]) {
      assert.ok(complaints("printing", file, source).includes(`printing: no ${what} in ${file}`), `${file}: ${source}`);
    }
  }
});

Deno.test("printing leaves its few places, scripts and tests alone", () => {
  const source = "console.log(1); Deno.stdout.writeSync(bytes);";
  for (
    const file of [
      "cli/terminal.ts",
      "server/http/access_log_output.ts",
      "core/host/log.ts",
      "scripts/bench.ts",
      "cli/client_test.ts",
      "tests/cli/run.ts",
    ]
  ) assert.deepEqual(complaints("printing", file, source), [], file);
});

const WRITES: readonly (readonly [source: string, what: string])[] = [
  ["await Deno.writeFile(path, bytes);", "Deno.writeFile"],
  ["Deno.writeTextFileSync(path, text);", "Deno.writeTextFileSync"],
  ["await Deno.rename(a, b);", "Deno.rename"],
  ["await Deno.create(path);", "Deno.create"],
  ["await Deno.makeTempFile();", "Deno.makeTempFile"],
  ["await Deno.open(path, { write: true });", "Deno.open"],
  ["Deno.openSync(path, { read: true, append: true });", "Deno.openSync"],
  ["await Deno.open(path, options);", "Deno.open"],
  ["const open = Deno.open;", "Deno.open"],
  ["const { rename } = Deno;", "Deno.rename"],
  ['import { writeFile } from "node:fs/promises";', "node:fs/promises"],
  ['import { fstatSync, writeFileSync } from "node:fs";', "node:fs"],
  ['import fs from "node:fs";', "node:fs"],
];

Deno.test("durable-writes names a write outside the one place", () => {
  for (const [source, what] of WRITES) {
    for (const file of ["cli/client.ts", "server/jobs.ts", "core/host/key_file.ts", "main.ts"]) {
      const expected = [`durable-writes: no ${what} in ${file}`];
      assert.deepEqual(complaints("durable-writes", file, source), expected, source);
    }
  }
});

Deno.test("durable-writes lets everybody read", () => {
  for (
    const source of [
      "await Deno.readTextFile(path);",
      "await Deno.open(path);",
      "await Deno.open(path, { read: true });",
      "await Deno.remove(path);",
      "await Deno.mkdir(path);",
      'import { fstatSync } from "node:fs";',
    ]
  ) assert.deepEqual(complaints("durable-writes", "cli/client.ts", source), [], source);
});

Deno.test("durable-writes leaves its places, scripts and tests alone", () => {
  const source = "await Deno.open(path, { write: true }); await Deno.rename(a, b);";
  for (
    const file of [
      "core/host/durable_file.ts",
      "core/host/file_system.ts",
      "server/http/access_log_output.ts",
      "server/storage/lock.ts",
      "scripts/demo.ts",
      "core/host/key_file_test.ts",
      "tests/fault/disk.ts",
    ]
  ) assert.deepEqual(complaints("durable-writes", file, source), [], file);
});

Deno.test("durable-writes keeps the single system calls within core/host/", () => {
  const cases: readonly (readonly [file: string, specifier: string, count: number])[] = [
    ["server/jobs.ts", "../core/host/file_system.ts", 1],
    ["cli/client.ts", "../core/host/file_system.ts", 1],
    ["core/host/prepared_file.ts", "./file_system.ts", 0],
    ["cli/client.ts", "../core/host/durable_file.ts", 0],
  ];
  for (const [file, specifier, count] of cases) {
    const source = `import { hostFileSystem } from "${specifier}";`;
    assert.equal(complaints("durable-writes", file, source).length, count, file);
  }
});

Deno.test("foreign-functions keeps libraries and pointers to one module", () => {
  const sources = [
    ["const lib = Deno.dlopen(path, {});", "Deno.dlopen"],
    ["Deno.UnsafePointer.of(bytes);", "Deno.UnsafePointer"],
    ["const { UnsafePointerView } = Deno;", "Deno.UnsafePointerView"],
  ] as const;
  for (const [source, what] of sources) {
    for (const file of ["server/keys/native/native_keys.ts", "cli/client.ts", "core/host/clock.ts"]) {
      const said = complaints("foreign-functions", file, source);
      assert.ok(said.includes(`foreign-functions: no ${what} in ${file}`), `${file}: ${source}`);
    }
    assert.deepEqual(complaints("foreign-functions", "server/keys/native/libcrypto.ts", source), []);
  }
});
