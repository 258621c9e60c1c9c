/** What a dependency must be like. */
import type { InstalledPackage } from "./installed.ts";
import type { AuditedPackage } from "./lock_file.ts";

/**
 * Licences under which a program with the Apache licence may use and ship code, with nothing asked but that they are
 * shown.
 */
export const ALLOWED_LICENCES: readonly string[] = [
  "0BSD",
  "Apache-2.0",
  "BSD-2-Clause",
  "BSD-3-Clause",
  "CC0-1.0",
  "ISC",
  "MIT",
  "MIT-0",
];

/** What is wrong with the packages; nothing when all is well. */
export function problemsOf(locked: readonly AuditedPackage[], installed: readonly InstalledPackage[]): string[] {
  const known = new Set(locked.map(({ id }) => id));
  const present = new Set(installed.map(({ id }) => id));
  return [
    ...installed.filter(({ id }) => !known.has(id)).map(({ id }) => `${id} is used, but is not in deno.lock`),
    ...locked.filter(({ id }) => !present.has(id)).map(({ id }) => `${id} is in deno.lock, but nothing uses it`),
    ...installed.flatMap(licenceProblems),
  ];
}

function licenceProblems({ id, licence, texts, shipped }: InstalledPackage): string[] {
  if (licence === undefined) return [`${id} does not state its licence`];
  if (!ALLOWED_LICENCES.includes(licence)) {
    return [`${id} has the licence ${licence}, which is not among those allowed`];
  }
  return shipped && texts.size === 0 ? [`${id} is shipped, but has no text of its licence to be shown`] : [];
}
