/** `deno.lock`, version 5: reading it, and cutting it down to what the program itself imports. */
import * as v from "valibot";

const PackageShape = v.looseObject({
  /** SHA-512 of the package's archive, as in Subresource Integrity. */
  integrity: v.optional(v.string()),
  /** Names, with a version where there are several. */
  dependencies: v.optional(v.array(v.string())),
});

const LockShape = v.looseObject({
  version: v.string(),
  /** What is imported, to the version taken: `npm:commander@15.1.0`. */
  specifiers: v.record(v.string(), v.string()),
  /** By name and version, and versions of peers: `@commander-js/extra-typings@15.1.0_commander@15.1.0`. */
  npm: v.record(v.string(), PackageShape),
  workspace: v.optional(v.looseObject({ dependencies: v.optional(v.array(v.string())) })),
});

/** As it is written, with all parts that it has beside these. */
export type LockFile = v.InferInput<typeof LockShape>;

/** @throws Error for a lock file of another form */
export function parseLockFile(text: string): LockFile {
  const lock: unknown = JSON.parse(text);
  // Not parsed: it is written again, and its parts must stay in their order.
  v.assert(LockShape, lock);
  return lock;
}

/** The imports of `deno.json`: a name to a specifier, `npm:commander@15.1.0`. */
export type Imports = Readonly<Record<string, string>>;

/** What a program needs of the packages that a project locks. */
export interface ProductPackages {
  readonly imports: Imports;
  readonly lock: LockFile;
}

/** One package that goes into the program. */
export interface Package {
  /** With the scope: `@logtape/logtape`. */
  readonly name: string;
  readonly version: string;
  /** SHA-512 of its archive, hexadecimal. */
  readonly sha512: string;
  /** Names of the packages that it needs. */
  readonly dependencies: readonly string[];
}

/**
 * Keeps of `lock` and `imports` the packages called `wanted` and all that these need.
 * @throws Error for a lock file of another version, and for a package that is not locked
 */
export function onlyNeeded({ imports, lock }: ProductPackages, wanted: readonly string[]): ProductPackages {
  if (lock.version !== "5") throw new Error(`deno.lock: version ${lock.version} is none that we read (5)`);
  const needed = new Set<string>();
  const need = (key: string) => {
    if (needed.has(key)) return;
    needed.add(key);
    for (const dependency of lock.npm[key]?.dependencies ?? []) need(keyOf(dependency, lock));
  };
  for (const name of wanted) need(keyOfImport(name, { imports, lock }));
  const isNeeded = (specifier: string) => needed.has(keyOfSpecifier(specifier, lock));
  return {
    imports: filterRecord(imports, (_, specifier) => isNeeded(specifier)),
    lock: {
      version: lock.version,
      specifiers: filterRecord(lock.specifiers, isNeeded),
      npm: filterRecord(lock.npm, (key) => needed.has(key)),
      workspace: { dependencies: (lock.workspace?.dependencies ?? []).filter(isNeeded) },
    },
  };
}

/** All packages of a lock file, sorted by name. */
export function lockedPackages(lock: LockFile): readonly Package[] {
  return Object.entries(lock.npm).map(([key, { integrity, dependencies = [] }]) => ({
    ...nameAndVersion(key),
    sha512: sha512Of(key, integrity),
    dependencies: dependencies.map((dependency) => nameAndVersion(keyOf(dependency, lock)).name).toSorted(),
  })).toSorted((a, b) => a.name < b.name ? -1 : 1);
}

function sha512Of(key: string, integrity = ""): string {
  const [algorithm, value = ""] = integrity.split("-");
  if (algorithm !== "sha512") throw new Error(`deno.lock: ${key} has no SHA-512`);
  return Uint8Array.fromBase64(value).toHex();
}

function keyOfImport(name: string, { imports, lock }: ProductPackages): string {
  const specifier = imports[name];
  if (specifier === undefined) throw new Error(`${name} is imported, but is not in the imports of deno.json`);
  return keyOfSpecifier(specifier, lock);
}

function keyOfSpecifier(specifier: string, lock: LockFile): string {
  const version = lock.specifiers[specifier];
  const name = specifier.replace(/^npm:/, "").replace(/(?!^)@.*$/, "");
  return keyOf(`${name}@${version}`, lock);
}

/** The key of a dependency, which has its version only where there are several. */
function keyOf(dependency: string, { npm }: LockFile): string {
  const found = Object.keys(npm).find((key) => key === dependency || nameAndVersion(key).name === dependency);
  if (found === undefined) throw new Error(`deno.lock: ${dependency} is not in it`);
  return found;
}

/**
 * Of a package's key: what follows `_` are its peers.
 * @throws Error for what is none
 */
export function nameAndVersion(key: string): { readonly name: string; readonly version: string } {
  const [, name, version] = /^(@?[^@]+)@([^_]+)/.exec(key) ?? [];
  if (name === undefined || version === undefined) throw new Error(`deno.lock: ${key} is no package`);
  return { name, version };
}

function filterRecord<T>(
  record: Readonly<Record<string, T>>,
  keep: (key: string, value: T) => boolean,
): Readonly<Record<string, T>> {
  return Object.fromEntries(Object.entries(record).filter(([key, value]) => keep(key, value)));
}
