/** The packages as they lie in the runtime's cache, whose hashes it has checked against deno.lock. */
import * as v from "valibot";
import { runCommand } from "../../tests/support/process.ts";

export interface InstalledPackage {
  readonly id: string;
  readonly name: string;
  readonly version: string;
  /** As package.json states it: an expression of SPDX, if its author knows what that is. */
  readonly licence: string | undefined;
  /** Files with a licence or notices, with their text. */
  readonly texts: ReadonlyMap<string, string>;
  /** Whether the program itself needs it. */
  readonly shipped: boolean;
}

const InfoShape = v.object({
  modules: v.array(v.looseObject({ kind: v.optional(v.string()), npmPackage: v.optional(v.string()) })),
  npmPackages: v.record(
    v.string(),
    v.object({ name: v.string(), version: v.string(), dependencies: v.array(v.string()), localPath: v.string() }),
  ),
});

type Info = v.InferOutput<typeof InfoShape>;

const ManifestShape = v.looseObject({ license: v.optional(v.string()) });
const LEGAL_FILE = /^(?:licen[cs]e|notice|copying|third-?party)/i;

/** All packages that the project uses; `root` is its folder. */
export async function installedPackages(root: string): Promise<InstalledPackage[]> {
  const { status, out, err } = await runCommand([Deno.execPath(), "info", "--json", "main.ts"], { cwd: root });
  if (status !== 0) throw new Error(`deno info failed: ${err}`);
  const info = v.parse(InfoShape, JSON.parse(out));
  const shipped = shippedIds(info);
  return await Promise.all(
    Object.entries(info.npmPackages).map(async ([id, { name, version, localPath }]) => {
      const { license } = v.parse(ManifestShape, JSON.parse(await Deno.readTextFile(`${localPath}/package.json`)));
      return { id, name, version, licence: license, texts: await legalTexts(localPath), shipped: shipped.has(id) };
    }),
  );
}

/** What main.ts imports, and what that depends on. */
export function shippedIds({ modules, npmPackages }: Info): Set<string> {
  const ids = new Set<string>();
  const add = (id: string) => {
    if (ids.has(id)) return;
    ids.add(id);
    npmPackages[id]?.dependencies.forEach(add);
  };
  for (const { npmPackage } of modules) if (npmPackage !== undefined) add(npmPackage);
  return ids;
}

async function legalTexts(folder: string): Promise<Map<string, string>> {
  const names = [...Deno.readDirSync(folder)].filter(({ name, isFile }) => isFile && LEGAL_FILE.test(name));
  const texts = new Map<string, string>();
  for (const { name } of names.toSorted((a, b) => a.name < b.name ? -1 : 1)) {
    texts.set(name, await Deno.readTextFile(`${folder}/${name}`));
  }
  return texts;
}
