/** What the program consists of: its own modules, and the packages that they import. */
import { fileURLToPath } from "node:url";
import * as path from "node:path/posix";
import { runDeno } from "./run.ts";

/**
 * Where the program begins: what is executed, and what threads begin with. `deno compile` follows imports, but cannot
 * know the modules of threads: a test compares these with the sources.
 */
export const ENTRY_POINTS = { main: "main.ts", threads: ["server/backup/backup_worker.ts"] } as const;

export interface ModuleGraph {
  /** Paths relative to the root, with forward slashes, sorted; `deno.json` is one that is imported. */
  readonly files: readonly string[];
  /** As imported, without the version: `@logtape/logtape`. Sorted. */
  readonly packages: readonly string[];
}

/** The part of what `deno info --json` prints that is read here. */
export interface InfoReport {
  readonly modules: readonly {
    readonly specifier: string;
    readonly error?: string;
    readonly dependencies?: readonly {
      readonly specifier: string;
      readonly code?: { readonly specifier?: string };
      /** Instead of it, or beside it, where types alone are imported. */
      readonly type?: { readonly specifier?: string };
    }[];
  }[];
}

/**
 * Asks Deno for everything that the program imports, without fetching any of it. @throws Error where a module is
 * missing
 */
export async function programGraph(root: string): Promise<ModuleGraph> {
  const entries = [ENTRY_POINTS.main, ...ENTRY_POINTS.threads];
  const graphs = await Promise.all(entries.map(async (entry) => readGraph(await moduleInfo(root, entry), root)));
  const merge = (list: (graph: ModuleGraph) => readonly string[]) => [...new Set(graphs.flatMap(list))].toSorted();
  return { files: merge(({ files }) => files), packages: merge(({ packages }) => packages) };
}

/** @throws Error that names a module which could not be read, or lies outside `root` */
export function readGraph({ modules }: InfoReport, root: string): ModuleGraph {
  const files: string[] = [];
  const packages: string[] = [];
  for (const { specifier, error, dependencies = [] } of modules) {
    for (const { specifier: name, code } of dependencies) {
      if (code?.specifier?.startsWith("npm:")) packages.push(name);
    }
    if (!specifier.startsWith("file:")) continue;
    if (error !== undefined) throw new Error(`${specifier}: ${error}`);
    files.push(relativePath(specifier, root));
  }
  return { files, packages };
}

function relativePath(specifier: string, root: string): string {
  const forward = (name: string) => name.replaceAll("\\", "/");
  const relative = path.relative(forward(root), forward(fileURLToPath(specifier)));
  if (relative.startsWith("../")) throw new Error(`${specifier} is imported, but lies outside the project`);
  return relative;
}

async function moduleInfo(root: string, entry: string): Promise<InfoReport> {
  return JSON.parse(await runDeno(["info", "--json", "--no-npm", "--no-remote", entry], { cwd: root }));
}
