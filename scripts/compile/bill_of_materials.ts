/** What an executable is made of, as CycloneDX 1.6 (ECMA-424) in JSON. */
import type { Package } from "./lock_file.ts";

/** A package with what its own `package.json` says. */
export interface LicensedPackage extends Package {
  /** SPDX identifier or expression; undefined where the package does not say. */
  readonly license: string | undefined;
}

/** What runs the program: it is in the executable too. */
export interface Runtime {
  readonly deno: string;
  readonly v8: string;
  readonly sqlite: string;
}

export interface Build {
  readonly name: string;
  readonly version: string;
  readonly license: string;
  readonly commit: string | undefined;
  /** Seconds since 1970; undefined where nobody knows. */
  readonly date: number | undefined;
  readonly packages: readonly LicensedPackage[];
  /** Names of the packages that the program imports itself. */
  readonly imported: readonly string[];
  readonly runtime: Runtime;
}

/** The bill as a value for `JSON.stringify`: the same build gives the same one, its serial number included. */
export async function billOfMaterials(build: Build): Promise<Readonly<Record<string, unknown>>> {
  const bill = {
    bomFormat: "CycloneDX",
    specVersion: "1.6",
    version: 1,
    metadata: metadataOf(build),
    components: [...build.packages.map(packageComponent), ...runtimeComponents(build.runtime)],
    dependencies: dependenciesOf(build),
  };
  return { ...bill, serialNumber: `urn:uuid:${await uuidOf(JSON.stringify(bill))}` };
}

function metadataOf({ name, version, license, commit, date, runtime }: Build) {
  return {
    ...(date !== undefined && { timestamp: new Date(date * 1000).toISOString().replace(".000Z", "Z") }),
    lifecycles: [{ phase: "build" }],
    tools: { components: [{ type: "application", name: "deno", version: runtime.deno }] },
    component: {
      type: "application",
      "bom-ref": programRef({ name, version }),
      name,
      version,
      licenses: licensesOf(license),
      purl: programRef({ name, version }),
      ...(commit !== undefined && { properties: [{ name: "caucase:commit", value: commit }] }),
    },
  };
}

function packageComponent({ name, version, sha512, license }: LicensedPackage) {
  const [group, plain] = name.startsWith("@") ? name.split("/", 2) : [undefined, name];
  return {
    type: "library",
    "bom-ref": packageUrl({ name, version }),
    ...(group !== undefined && { group }),
    name: plain,
    version,
    hashes: [{ alg: "SHA-512", content: sha512 }],
    ...(license !== undefined && { licenses: licensesOf(license) }),
    purl: packageUrl({ name, version }),
  };
}

/** Deno, and the parts of it that advisories are written about. */
function runtimeComponents({ deno, v8, sqlite }: Runtime) {
  const component = (name: string, version: string, more: object) => ({ type: "framework", name, version, ...more });
  return [
    component("deno", deno, { "bom-ref": denoRef(deno), licenses: licensesOf("MIT"), purl: denoRef(deno) }),
    component("v8", v8, { "bom-ref": `pkg:generic/v8@${v8}`, licenses: licensesOf("BSD-3-Clause") }),
    component("sqlite", sqlite, { "bom-ref": `pkg:generic/sqlite@${sqlite}`, licenses: licensesOf("blessing") }),
  ];
}

function dependenciesOf({ name, version, packages, imported, runtime }: Build) {
  const refOf = new Map(packages.map((one) => [one.name, packageUrl(one)]));
  const refs = (names: readonly string[]) => names.flatMap((one) => refOf.get(one) ?? []);
  const { deno, v8, sqlite } = runtime;
  return [
    { ref: programRef({ name, version }), dependsOn: [...refs(imported), denoRef(deno)] },
    ...packages.map((one) => ({ ref: packageUrl(one), dependsOn: refs(one.dependencies) })),
    { ref: denoRef(deno), dependsOn: [`pkg:generic/v8@${v8}`, `pkg:generic/sqlite@${sqlite}`] },
  ];
}

/** One SPDX identifier, or an expression of several. */
function licensesOf(license: string) {
  return /[ ()]/.test(license) ? [{ expression: license }] : [{ license: { id: license } }];
}

interface Named {
  readonly name: string;
  readonly version: string;
}

function programRef({ name, version }: Named): string {
  return `pkg:generic/${name}@${version}`;
}

/** Package URL of type npm: the scope's `@` is encoded. */
function packageUrl({ name, version }: Named): string {
  return `pkg:npm/${name.replace("@", "%40")}@${version}`;
}

function denoRef(version: string): string {
  return `pkg:github/denoland/deno@v${version}`;
}

/** A UUID of version 8 (RFC 9562, section 5.8) out of the SHA-256 of `text`. */
async function uuidOf(text: string): Promise<string> {
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text)));
  const [version = 0, variant = 0] = [hash[6], hash[8]];
  hash[6] = version & 0x0f | 0x80;
  hash[8] = variant & 0x3f | 0x80;
  return hash.subarray(0, 16).toHex().replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}
