/**
 * Finds modules that import each other in a circle: none of them can be read, tested or moved alone. The plugin sees
 * one file at a time, so this asks Deno for the whole graph; the test beside it is the check.
 */
import { fileURLToPath, pathToFileURL } from "node:url";
import * as path from "node:path/posix";
import type { InfoReport } from "../compile/module_graph.ts";
import { runDeno } from "../compile/run.ts";

/** What each module imports, both as paths relative to the root. */
export type ImportGraph = ReadonlyMap<string, readonly string[]>;

/**
 * The imports of all TypeScript under `root`, hidden folders aside. Imports of types count, and imports at run time:
 * both tie a reader to the other module. No package is looked at.
 * @throws Error where a module cannot be read
 */
export async function readImportGraph(root: string): Promise<ImportGraph> {
  const folder = await Deno.makeTempDir({ prefix: "caucase-imports-" });
  try {
    const everything = modulesUnder(root).map((file) => `import ${JSON.stringify(pathToFileURL(file).href)};\n`);
    const entry = `${folder}/everything.ts`;
    await Deno.writeTextFile(entry, everything.join(""));
    const report = await runDeno(["info", "--json", "--no-npm", "--no-remote", entry], { cwd: root });
    return graphOf(JSON.parse(report), root);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/**
 * A circle for each module that is in one and not in one that was found before, the shortest: `["a.ts", "b.ts",
 * "a.ts"]`. Empty where there is none.
 */
export function findCircles(graph: ImportGraph): string[][] {
  const circles: string[][] = [];
  const known = new Set<string>();
  for (const module of [...graph.keys()].toSorted()) {
    if (known.has(module)) continue;
    const circle = shortestWayBack(graph, module);
    if (circle === undefined) continue;
    circles.push(circle);
    for (const member of circle) known.add(member);
  }
  return circles;
}

function modulesUnder(folder: string): string[] {
  return [...Deno.readDirSync(folder)].flatMap(({ name, isDirectory }) => {
    if (isDirectory) return name.startsWith(".") ? [] : modulesUnder(path.join(folder, name));
    return name.endsWith(".ts") ? [path.join(folder, name)] : [];
  });
}

function graphOf({ modules }: InfoReport, root: string): ImportGraph {
  const graph = new Map<string, readonly string[]>();
  for (const { specifier, error, dependencies = [] } of modules) {
    if (!isOwn(specifier)) continue;
    if (error !== undefined) throw new Error(`${specifier}: ${error}`);
    const imported = dependencies.flatMap(({ code, type }) => [code, type].map((one) => one?.specifier ?? ""));
    graph.set(pathIn(root, specifier), imported.filter(isOwn).map((one) => pathIn(root, one)));
  }
  return graph;
}

function isOwn(specifier: string): boolean {
  return specifier.startsWith("file:");
}

function pathIn(root: string, specifier: string): string {
  return path.relative(root, fileURLToPath(specifier));
}

/** Breadth first: the first way back that is met is a shortest one. */
function shortestWayBack(graph: ImportGraph, start: string): string[] | undefined {
  const ways: string[][] = [[start]];
  const seen = new Set<string>();
  for (const way of ways) {
    for (const next of graph.get(way.at(-1) ?? start) ?? []) {
      if (next === start) return [...way, start];
      if (seen.has(next)) continue;
      seen.add(next);
      ways.push([...way, next]);
    }
  }
  return undefined;
}
