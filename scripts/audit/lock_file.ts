/** What deno.lock pins: every package in one version, by the hash of its archive. */
import { nameAndVersion, parseLockFile } from "../compile/lock_file.ts";

export interface AuditedPackage {
  /** As the lock file has it: name, version, and where versions of peers matter those too. */
  readonly id: string;
  readonly name: string;
  readonly version: string;
  /** Whether the archive's hash is there. */
  readonly pinned: boolean;
}

/** Parts of a lock file that we have looked at. Others name code from elsewhere than the one registry. */
const KNOWN_PARTS = ["version", "specifiers", "npm", "workspace"];

/** @throws Error for a lock file of another form */
export function auditLockFile(text: string): { packages: AuditedPackage[]; problems: string[] } {
  const lock = parseLockFile(text);
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

function toPackage(id: string, integrity: string): AuditedPackage {
  return { id, ...nameAndVersion(id), pinned: /^sha512-[A-Za-z0-9+/]{86}==$/.test(integrity) };
}

function isExact(specifier: string): boolean {
  return /^npm:@?[^@]+@\d+\.\d+\.\d+(?:-[0-9A-Za-z.-]+)?$/.test(specifier);
}
