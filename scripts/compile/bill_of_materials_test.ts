import assert from "node:assert/strict";
import { billOfMaterials, type Build } from "./bill_of_materials.ts";

const BUILD: Build = {
  name: "caucase",
  version: "1.2.3",
  license: "Apache-2.0",
  commit: "0123456789ab",
  date: 1_800_000_000,
  packages: [
    { name: "@scope/types", version: "2.0.0", sha512: "ab", license: "MIT", dependencies: ["plain"] },
    { name: "plain", version: "3.0.0", sha512: "cd", license: "(MIT OR Apache-2.0)", dependencies: [] },
    { name: "silent", version: "4.0.0", sha512: "ef", license: undefined, dependencies: [] },
  ],
  imported: ["@scope/types", "silent"],
  runtime: { deno: "2.9.6", v8: "15.0", sqlite: "3.53.2" },
};

Deno.test("billOfMaterials() names the program, its packages with their sums and licences, and the runtime", async () => {
  const { bomFormat, specVersion, metadata, components, dependencies } = await billOfMaterials(BUILD);
  assert.deepEqual([bomFormat, specVersion], ["CycloneDX", "1.6"]);
  assert.match(JSON.stringify(metadata), /"timestamp":"2027-01-15T08:00:00Z".*"caucase:commit","value":"0123456789ab"/);
  assert.ok(Array.isArray(components) && Array.isArray(dependencies));
  assert.deepEqual(components[0], {
    "type": "library",
    "bom-ref": "pkg:npm/%40scope/types@2.0.0",
    "group": "@scope",
    "name": "types",
    "version": "2.0.0",
    "hashes": [{ alg: "SHA-512", content: "ab" }],
    "licenses": [{ license: { id: "MIT" } }],
    "purl": "pkg:npm/%40scope/types@2.0.0",
  });
  assert.deepEqual(components[1].licenses, [{ expression: "(MIT OR Apache-2.0)" }]);
  assert.equal("licenses" in components[2], false);
  assert.deepEqual(components.slice(3).map(({ name, version }) => `${name} ${version}`), [
    "deno 2.9.6",
    "v8 15.0",
    "sqlite 3.53.2",
  ]);
});

Deno.test("billOfMaterials() says what needs what, and each reference leads somewhere, once", async () => {
  const { metadata, components, dependencies } = JSON.parse(JSON.stringify(await billOfMaterials(BUILD)));
  const refs: string[] = [metadata.component["bom-ref"], ...components.map((one: object) => Object(one)["bom-ref"])];
  assert.equal(new Set(refs).size, refs.length);
  const [program, scoped] = dependencies;
  assert.deepEqual(program, {
    ref: "pkg:generic/caucase@1.2.3",
    dependsOn: ["pkg:npm/%40scope/types@2.0.0", "pkg:npm/silent@4.0.0", "pkg:github/denoland/deno@v2.9.6"],
  });
  assert.deepEqual(scoped.dependsOn, ["pkg:npm/plain@3.0.0"]);
  for (const { ref, dependsOn } of dependencies) {
    for (const one of [ref, ...dependsOn]) assert.ok(refs.includes(one), one);
  }
});

Deno.test("billOfMaterials() is the same for the same build, and has another number for another", async () => {
  const [one, same, other] = [
    await billOfMaterials(BUILD),
    await billOfMaterials(BUILD),
    await billOfMaterials({
      ...BUILD,
      date: undefined,
      commit: undefined,
    }),
  ];
  assert.deepEqual(one, same);
  assert.match(
    String(one["serialNumber"]),
    /^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
  );
  assert.notEqual(one["serialNumber"], other["serialNumber"]);
  assert.doesNotMatch(JSON.stringify(other["metadata"]), /timestamp|commit/);
});
