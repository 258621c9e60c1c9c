import assert from "node:assert/strict";
import { placeOf } from "./place.ts";
import { complaints, hints } from "./samples.ts";

const ALLOWED: readonly (readonly [file: string, specifier: string])[] = [
  ["main.ts", "./cli/client.ts"],
  ["main.ts", "./core/errors.ts"],
  ["cli/client.ts", "./terminal.ts"],
  ["cli/client.ts", "../core/pem.ts"],
  ["cli/client.ts", "../core/host/clock.ts"],
  ["cli/client.ts", "commander"],
  ["cli/client.ts", "../deno.json"],
  ["cli/serve.ts", "../server/serve.ts"],
  ["cli/manage.ts", "../server/manage.ts"],
  ["server/serve.ts", "./http/router.ts"],
  ["server/caucase/site.ts", "../../core/protocol/routes.ts"],
  ["server/jobs.ts", "../core/host/clock.ts"],
  ["core/ca/issue.ts", "../x509/csr.ts"],
  ["core/x509/csr.ts", "node:crypto"],
  ["core/host/key_file.ts", "../x509/private_key.ts"],
  ["core/host/key_file.ts", "./durable_file.ts"],
  ["core/pem_test.ts", "fast-check"],
  ["core/pem_test.ts", "../server/serve.ts"],
  ["core/pem_test.ts", "../core/host/clock.ts"],
  ["tests/cli/run.ts", "../../main.ts"],
  ["scripts/bench.ts", "../server/serve.ts"],
];

const FORBIDDEN: readonly (readonly [file: string, specifier: string, target: string])[] = [
  ["main.ts", "./server/serve.ts", "server/serve.ts"],
  ["cli/client.ts", "../server/serve.ts", "server/serve.ts"],
  ["cli/updater/plan.ts", "../../server/jobs.ts", "server/jobs.ts"],
  ["cli/serve.ts", "../main.ts", "main.ts"],
  ["server/serve.ts", "../cli/terminal.ts", "cli/terminal.ts"],
  ["core/pem.ts", "../server/serve.ts", "server/serve.ts"],
  ["core/pem.ts", "../cli/terminal.ts", "cli/terminal.ts"],
  ["core/pem.ts", "./host/clock.ts", "core/host/clock.ts"],
  ["core/x509/name.ts", "../../core/host/clock.ts", "core/host/clock.ts"],
  ["core/host/clock.ts", "../../server/jobs.ts", "server/jobs.ts"],
  ["core/pem.ts", "./pem_test.ts", "core/pem_test.ts"],
  ["server/serve.ts", "../tests/support/files.ts", "tests/support/files.ts"],
  ["cli/client.ts", "../scripts/bench.ts", "scripts/bench.ts"],
  ["lib/odd.ts", "../core/pem.ts", "core/pem.ts"],
  ["core/pem.ts", "../lib/odd.ts", "lib/odd.ts"],
];

Deno.test("layers lets imports point along the arrow", () => {
  for (const [file, specifier] of ALLOWED) {
    assert.deepEqual(complaints("layers", file, `import { x } from "${specifier}";`), [], `${file} → ${specifier}`);
  }
});

Deno.test("layers names both files when an import points against the arrow", () => {
  for (const [file, specifier, target] of FORBIDDEN) {
    const expected = [`layers: ${file} must not import ${target}`];
    assert.deepEqual(complaints("layers", file, `import { x } from "${specifier}";`), expected);
  }
});

Deno.test("layers sees every way to import", () => {
  for (
    const source of [
      'import type { X } from "../server/serve.ts";',
      'import "../server/serve.ts";',
      'export * from "../server/serve.ts";',
      'export { x } from "../server/serve.ts";',
      'const x = await import("../server/serve.ts");',
      'type X = import("../server/serve.ts").X;',
    ]
  ) assert.equal(complaints("layers", "cli/client.ts", source).length, 1, source);
});

Deno.test("layers keeps test packages out of what ships", () => {
  const source = 'import fc from "fast-check";';
  assert.deepEqual(complaints("layers", "core/pem.ts", source), ['layers: "fast-check" is for tests']);
  assert.deepEqual(complaints("layers", "tests/property/pem.ts", source), []);
});

Deno.test("layers says where the code belongs", () => {
  const cases: readonly (readonly [file: string, specifier: string, hint: RegExp])[] = [
    ["core/pem.ts", "./host/clock.ts", /take the time, randomness or bytes as a parameter/],
    ["cli/client.ts", "../server/serve.ts", /Only cli\/serve.ts and cli\/manage.ts reach into server\//],
    ["server/serve.ts", "../cli/terminal.ts", /main.ts → cli\/ → server\/ → core\//],
    ["server/serve.ts", "../tests/support/files.ts", /Nothing that ships uses tests or scripts/],
    ["core/pem.ts", "../lib/odd.ts", /A source file belongs into/],
  ];
  for (const [file, specifier, hint] of cases) {
    assert.match(hints("layers", file, `import { x } from "${specifier}";`)[0] ?? "", hint);
  }
});

Deno.test("placeOf() takes absolute names and names relative to the root", () => {
  const absolute = new URL("../../core/host/clock.ts", import.meta.url).pathname;
  assert.deepEqual(placeOf(absolute), { path: "core/host/clock.ts", layer: "host" });
  assert.deepEqual(placeOf("./core/../cli/serve.ts"), { path: "cli/serve.ts", layer: "cli" });
  assert.equal(placeOf("core/corex.ts").layer, "core");
  assert.equal(placeOf("corex/a.ts").layer, "nowhere");
});
