/** The platforms that `deno compile` makes executables for, by their target triple. */
import type { Platform } from "../../server/keys/native/well_known.ts";

export const TARGETS = [
  "x86_64-unknown-linux-gnu",
  "aarch64-unknown-linux-gnu",
  "x86_64-apple-darwin",
  "aarch64-apple-darwin",
  "x86_64-pc-windows-msvc",
] as const;

export type CompileTarget = (typeof TARGETS)[number];

/** The target called `name`; undefined for one that we do not compile for. */
export function findTarget(name: string): CompileTarget | undefined {
  return TARGETS.find((target) => target === name);
}

/** What the runtime calls its system and processor. */
export function platformOf(target: CompileTarget): Platform {
  const os = target.includes("windows") ? "windows" : target.includes("darwin") ? "darwin" : "linux";
  return { os, arch: target.startsWith("aarch64") ? "aarch64" : "x86_64" };
}

/** The file name of an executable; Windows knows one by its extension. */
export function executableName(version: string, target: CompileTarget): string {
  return `caucase-${version}-${target}${target.includes("windows") ? ".exe" : ""}`;
}
