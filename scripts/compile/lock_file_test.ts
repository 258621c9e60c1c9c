import assert from "node:assert/strict";
import { lockedPackages, type LockFile, onlyNeeded } from "./lock_file.ts";

const integrity = (byte: number) => `sha512-${new Uint8Array(64).fill(byte).toBase64()}`;

const IMPORTS = { "@a/types": "npm:@a/types@1.0.0", "a": "npm:a@1.0.0", "b": "npm:b@^2", "tests": "npm:tests@3.0.0" };

const LOCK: LockFile = {
  version: "5",
  specifiers: {
    "npm:@a/types@1.0.0": "1.0.0_a@1.0.0",
    "npm:a@1.0.0": "1.0.0",
    "npm:b@^2": "2.4.0",
    "npm:tests@3.0.0": "3.0.0",
  },
  npm: {
    "@a/types@1.0.0_a@1.0.0": { integrity: integrity(1), dependencies: ["a"] },
    "a@1.0.0": { integrity: integrity(2) },
    "b@2.4.0": { integrity: integrity(3), dependencies: ["c@7.0.0"] },
    "c@6.0.0": { integrity: integrity(4) },
    "c@7.0.0": { integrity: integrity(5), dependencies: ["b"] },
    "tests@3.0.0": { integrity: integrity(6), dependencies: ["c@6.0.0"] },
  },
  workspace: { dependencies: ["npm:@a/types@1.0.0", "npm:a@1.0.0", "npm:b@^2", "npm:tests@3.0.0"] },
};

Deno.test("onlyNeeded() keeps what is imported and what that needs, peers and circles too", () => {
  const cases: readonly (readonly [wanted: readonly string[], imports: readonly string[], npm: readonly string[]])[] = [
    [[], [], []],
    [["a"], ["a"], ["a@1.0.0"]],
    [["@a/types"], ["@a/types", "a"], ["@a/types@1.0.0_a@1.0.0", "a@1.0.0"]],
    [["b"], ["b"], ["b@2.4.0", "c@7.0.0"]],
    [["tests", "a"], ["a", "tests"], ["a@1.0.0", "c@6.0.0", "tests@3.0.0"]],
  ];
  for (const [wanted, imports, npm] of cases) {
    const needed = onlyNeeded({ imports: IMPORTS, lock: LOCK }, wanted);
    assert.deepEqual(Object.keys(needed.imports), imports);
    assert.deepEqual(Object.keys(needed.lock.npm), npm);
    assert.deepEqual(Object.keys(needed.lock.specifiers), needed.lock.workspace?.dependencies);
    assert.deepEqual(Object.values(needed.imports), needed.lock.workspace?.dependencies);
  }
});

Deno.test("onlyNeeded() refuses what it cannot know", () => {
  const both = { imports: IMPORTS, lock: LOCK };
  assert.throws(() => onlyNeeded(both, ["d"]), /d is imported, but is not in the imports/);
  assert.throws(() => onlyNeeded({ ...both, lock: { ...LOCK, version: "6" } }, []), /version 6/);
  assert.throws(() => onlyNeeded({ ...both, lock: { ...LOCK, npm: {} } }, ["a"]), /a@1.0.0 is not in it/);
});

Deno.test("lockedPackages() tells names, versions, sums and what needs what", () => {
  assert.deepEqual(lockedPackages(onlyNeeded({ imports: IMPORTS, lock: LOCK }, ["@a/types", "b"]).lock), [
    { name: "@a/types", version: "1.0.0", sha512: "01".repeat(64), dependencies: ["a"] },
    { name: "a", version: "1.0.0", sha512: "02".repeat(64), dependencies: [] },
    { name: "b", version: "2.4.0", sha512: "03".repeat(64), dependencies: ["c"] },
    { name: "c", version: "7.0.0", sha512: "05".repeat(64), dependencies: ["b"] },
  ]);
  const weak: LockFile = { ...LOCK, npm: { "a@1.0.0": { integrity: "sha1-AAAA" } } };
  assert.throws(() => lockedPackages(weak), /a@1.0.0 has no SHA-512/);
});
