import assert from "node:assert/strict";
import { adviceOf } from "./advisories.ts";
import { type InstalledPackage, shippedIds } from "./installed.ts";
import { type AuditedPackage, auditLockFile } from "./lock_file.ts";
import { problemsOf } from "./rules.ts";
import { thirdPartyText } from "./third_party.ts";

const HASH = `sha512-${"A".repeat(86)}==`;

function lockText(npm: Record<string, unknown>, more: Record<string, unknown> = {}): string {
  return JSON.stringify({ version: "5", specifiers: {}, npm, ...more });
}

function locked(id: string): AuditedPackage {
  return { id, name: id, version: "1.0.0", pinned: true };
}

function installed(id: string, more: Partial<InstalledPackage> = {}): InstalledPackage {
  const texts = new Map([["LICENSE", "Copyright somebody\n\n  Do  \nwhat you like\n"]]);
  return { id, name: id, version: "1.0.0", licence: "MIT", texts, shipped: true, ...more };
}

Deno.test("auditLockFile() tells name and version, of scoped packages and of those with peers too", () => {
  const { packages, problems } = auditLockFile(lockText({
    "a@1.2.3": { integrity: HASH },
    "@scope/b@4.5.6_a@1.2.3": { integrity: HASH, dependencies: ["a"] },
  }));
  assert.deepEqual(packages.map(({ name, version }) => [name, version]), [["a", "1.2.3"], ["@scope/b", "4.5.6"]]);
  assert.deepEqual(problems, []);
});

Deno.test("auditLockFile() tells of what is not pinned, and of code from elsewhere", () => {
  const cases: [text: string, problem: RegExp][] = [
    [lockText({ "a@1.0.0": {} }), /a@1\.0\.0 is not pinned/],
    [lockText({ "a@1.0.0": { integrity: "sha1-AAAA" } }), /not pinned/],
    [lockText({}, { remote: { "https://x/": "" } }), /"remote"/],
    [lockText({}, { jsr: {} }), /"jsr"/],
    [lockText({}, { specifiers: { "npm:a@^1.0.0": "1.0.0" } }), /npm:a@\^1\.0\.0 does not name one version/],
  ];
  for (const [text, problem] of cases) assert.match(auditLockFile(text).problems.join(), problem);
  assert.throws(() => auditLockFile(lockText({ "nameless": { integrity: HASH } })), /is no package/);
});

Deno.test("problemsOf() is content with packages that are locked, licensed and used", () => {
  assert.deepEqual(problemsOf([locked("a")], [installed("a")]), []);
  assert.deepEqual(problemsOf([locked("a")], [installed("a", { shipped: false, texts: new Map() })]), []);
});

Deno.test("problemsOf() tells of every other package", () => {
  const cases: [AuditedPackage[], InstalledPackage[], RegExp][] = [
    [[], [installed("a")], /not in deno\.lock/],
    [[locked("a")], [], /nothing uses it/],
    [[locked("a")], [installed("a", { licence: undefined })], /does not state/],
    [[locked("a")], [installed("a", { licence: "GPL-3.0-only" })], /GPL-3\.0-only, which is not among/],
    [[locked("a")], [installed("a", { licence: "(MIT OR GPL-2.0)" })], /not among/],
    [[locked("a")], [installed("a", { texts: new Map() })], /no text of its licence/],
  ];
  for (const [lock, found, problem] of cases) assert.match(problemsOf(lock, found).join(), problem);
});

Deno.test("shippedIds() follows dependencies, in circles too", () => {
  const found = (...dependencies: string[]) => ({ name: "", version: "", localPath: "", dependencies });
  const ids = shippedIds({
    modules: [{ kind: "esm" }, { kind: "npm", npmPackage: "a" }],
    npmPackages: { a: found("b"), b: found("c"), c: found("a"), d: found("a") },
  });
  assert.deepEqual([...ids].toSorted(), ["a", "b", "c"]);
});

Deno.test("thirdPartyText() lists all, and shows the licences of what is shipped", () => {
  const text = thirdPartyText([installed("b", { shipped: false, licence: "ISC" }), installed("a")]);
  assert.match(text, /\| a 1\.0\.0 \| MIT {5}\| the program {5}\|\n\| b 1\.0\.0 \| ISC {5}\| tests and tools \|/);
  assert.match(text, /### a 1\.0\.0\n\n {4}Copyright somebody\n\n {6}Do\n {4}what you like\n$/);
  assert.doesNotMatch(text, /### b/);
});

Deno.test("adviceOf() tells weaknesses from a registry that does not answer", () => {
  assert.deepEqual(adviceOf({ status: 0, out: "No known vulnerabilities found\n", err: "" }), { kind: "none" });
  const report = "│ a has a hole\n│ Severity: high\nFound 1 vulnerabilities\n";
  assert.deepEqual(adviceOf({ status: 1, out: report, err: "" }), { kind: "found", report: report.trim() });
  const err = "error: error sending request for url (https://x.example/-/npm/v1/security/advisories/bulk): Connect\n";
  assert.deepEqual(adviceOf({ status: 1, out: "", err }), {
    kind: "unknown",
    reason: "error sending request for url: Connect",
  });
});
