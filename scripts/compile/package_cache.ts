/**
 * A cache of Deno's with the modules of the program's packages and nothing else. The dates of files go into an
 * executable, and in the user's own cache they tell when a package was fetched.
 */
import * as path from "node:path";
import type { LicensedPackage } from "./bill_of_materials.ts";
import { ENTRY_POINTS } from "./module_graph.ts";
import type { Package } from "./lock_file.ts";
import { runDeno } from "./run.ts";

/** The folder of the packages' licences, in the folder of the staged program. */
export const LICENCES = "licences";

/** What packages were developed with, beside what they are. */
const DEVELOPMENT = ["docs", "examples", "samples", "scripts", "test", "tests"];

/** The folder of the cache, in the folder of the staged program: `DENO_DIR`. */
export function cacheFolder(folder: string): string {
  return path.join(folder, ".deno");
}

/**
 * Fetches what the staged program in `folder` needs and the user's cache has not, and copies it; licences beside it.
 * @throws Error where a package cannot be had, or is not the one that is locked
 */
export async function fillCache(folder: string, packages: readonly Package[]): Promise<void> {
  const entries = [ENTRY_POINTS.main, ...ENTRY_POINTS.threads];
  await runDeno(["install", "--quiet", "--frozen", "--entrypoint", ...entries], { cwd: folder });
  const { denoDir, npmCache }: { readonly denoDir: string; readonly npmCache: string } = JSON.parse(
    await runDeno(["info", "--json"], { cwd: folder }),
  );
  const registries = (await Array.fromAsync(Deno.readDir(npmCache))).map(({ name }) => name);
  for (const registry of registries) {
    for (const { name, version } of packages) {
      const [from, to] = [path.join(npmCache, registry), path.join(cacheFolder(folder), "npm", registry)];
      await copyFile(path.join(from, name, "registry.json"), path.join(to, name, "registry.json"));
      await copyModules(path.join(from, name, version), path.join(to, name, version), DEVELOPMENT);
      await copyLicences(path.join(from, name, version), path.join(folder, LICENCES, name, version));
    }
  }
  // Runtimes are large and have no dates in what is made of them: they stay in the user's cache.
  const runtimes = path.join(denoDir, "dl");
  await Deno.mkdir(runtimes, { recursive: true });
  await Deno.symlink(runtimes, path.join(cacheFolder(folder), "dl"), { type: "junction" });
}

/** Adds to each package what it says about itself in the cache of `folder`. */
export async function withLicences(folder: string, packages: readonly Package[]): Promise<readonly LicensedPackage[]> {
  const npm = path.join(cacheFolder(folder), "npm");
  const registries = (await Array.fromAsync(Deno.readDir(npm))).map(({ name }) => path.join(npm, name));
  return await Promise.all(packages.map(async (one) => ({ ...one, license: await licenceOf(one, registries) })));
}

async function licenceOf({ name, version }: Package, registries: readonly string[]): Promise<string | undefined> {
  for (const registry of registries) {
    const text = await unlessMissing(Deno.readTextFile(path.join(registry, name, version, "package.json")));
    const { license } = JSON.parse(text ?? "{}");
    if (typeof license === "string") return license;
  }
  return undefined;
}

/** Copies the modules of a package, where there is such a folder, but for the folders `without`. */
async function copyModules(from: string, to: string, without: readonly string[] = []): Promise<void> {
  const entries = await unlessMissing(Array.fromAsync(Deno.readDir(from)));
  if (entries === undefined) return;
  await Deno.mkdir(to, { recursive: true });
  for (const { name, isDirectory } of entries) {
    const [source, target] = [path.join(from, name), path.join(to, name)];
    if (isDirectory && !without.includes(name)) await copyModules(source, target);
    else if (/\.([cm]?js|json)$/.test(name)) await Deno.copyFile(source, target);
  }
}

/**
 * They go with every copy, apart from the packages: in one of CommonJS modules the runtime takes every other text for a
 * script, and its complaint, which names this folder, would go into executables.
 */
async function copyLicences(from: string, to: string): Promise<void> {
  const entries = await unlessMissing(Array.fromAsync(Deno.readDir(from))) ?? [];
  for (const { name, isFile } of entries) {
    if (!isFile || !/^licen[cs]e/i.test(name)) continue;
    await copyFile(path.join(from, name), path.join(to, name.includes(".") ? name : `${name}.txt`));
  }
}

async function copyFile(from: string, to: string): Promise<void> {
  const content = await unlessMissing(Deno.readFile(from));
  if (content === undefined) return;
  await Deno.mkdir(path.dirname(to), { recursive: true });
  await Deno.writeFile(to, content);
}

async function unlessMissing<T>(reading: Promise<T>): Promise<T | undefined> {
  try {
    return await reading;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}
