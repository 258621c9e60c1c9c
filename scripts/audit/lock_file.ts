/** What deno.lock pins: every package in one version, by the hash of its archive. */
import * as v from "valibot";

export interface LockedPackage {
  /** As the lock file has it: name, version, and where versions of peers matter those too. */
  readonly id: string;
  readonly name: string;
  readonly version: string;
  /** Whether the archive's hash is there. */
  readonly pinned: boolean;
}

const LockShape = v.looseObject({
  version: v.string(),
  specifiers: v.record(v.string(), v.string()),
  npm: v.record(v.string(), v.looseObject({ integrity: v.optional(v.string()) })),
});

/** Parts of a lock file that we have looked at. Others name code from elsewhere than the one registry. */
const KNOWN_PARTS = ["version", "specifiers", "npm", "workspace"];

/** @throws Error for a lock file of another form */
export function readLockFile(text: string): { packages: LockedPackage[]; problems: string[] } {
  const lock = v.parse(LockShape, JSON.parse(text));
  const packages = Object.entries(lock.npm).map(([id, { integrity = "" }]) => toPackage(id, integrity));
  const problems = [
    ...Object.keys(lock).filter((part) => !KNOWN_PARTS.includes(part)).map((part) =>
      `deno.lock has "${part}": look at it`
    ),
    ...packages.filter(({ pinned }) => !pinned).map(({ id }) => `${id} is not pinned by a hash`),
    ...Object.keys(lock.specifiers).filter((specifier) => !isExact(specifier))
      .map((specifier) => `${specifier} does not name one version`),
  ];
  return { packages, problems };
}

function toPackage(id: string, integrity: string): LockedPackage {
  const [, name = "", version = ""] = /^(@?[^@]+)@([^_]+)/.exec(id) ?? [];
  if (name === "" || version === "") throw new Error(`deno.lock: ${id} is no package`);
  return { id, name, version, pinned: /^sha512-[A-Za-z0-9+/]{86}==$/.test(integrity) };
}

function isExact(specifier: string): boolean {
  return /^npm:@?[^@]+@\d+\.\d+\.\d+(?:-[0-9A-Za-z.-]+)?$/.test(specifier);
}
