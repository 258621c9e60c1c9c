/** What packages say about themselves, in Deno's cache. */
import * as path from "node:path";
import type { LicensedPackage } from "./bill_of_materials.ts";
import type { Package } from "./lock_file.ts";

/** Adds to each package its licence, where it has been fetched and says one. */
export async function withLicences(packages: readonly Package[]): Promise<readonly LicensedPackage[]> {
  const registries = await registryFolders();
  const read = async (one: Package) => ({ ...one, license: await licenceOf(one, registries) });
  return await Promise.all(packages.map(read));
}

async function licenceOf({ name, version }: Package, registries: readonly string[]): Promise<string | undefined> {
  for (const registry of registries) {
    const said = await readManifest(path.join(registry, name, version, "package.json"));
    if (typeof said?.license === "string") return said.license;
  }
  return undefined;
}

async function readManifest(file: string): Promise<{ readonly license?: unknown } | undefined> {
  try {
    return JSON.parse(await Deno.readTextFile(file));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/** The folders that hold packages by name and version: one for each registry. */
async function registryFolders(): Promise<readonly string[]> {
  const { stdout } = await new Deno.Command(Deno.execPath(), { args: ["info", "--json"] }).output();
  const { npmCache }: { readonly npmCache: string } = JSON.parse(new TextDecoder().decode(stdout));
  try {
    return (await Array.fromAsync(Deno.readDir(npmCache))).map(({ name }) => path.join(npmCache, name)).toSorted();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}
