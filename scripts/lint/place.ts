/** Where a file stands in the house, and what a module specifier points to. */
import { fileURLToPath } from "node:url";
import * as path from "node:path/posix";

/** The parts of the house. `host` is `core/host/`: the effects that server and command line share. */
export type Layer = "main" | "cli" | "server" | "core" | "host" | "tests" | "scripts" | "nowhere";

export interface Place {
  /** Relative to the project's root, with forward slashes: `core/x509/name.ts`. */
  readonly path: string;
  readonly layer: Layer;
}

const ROOT = fileURLToPath(new URL("../../", import.meta.url)).replaceAll("\\", "/");

const FOLDERS: readonly (readonly [prefix: string, layer: Layer])[] = [
  ["core/host/", "host"],
  ["core/", "core"],
  ["server/", "server"],
  ["cli/", "cli"],
  ["tests/", "tests"],
  ["scripts/", "scripts"],
];

/** The place of a file, named absolutely or relative to the project's root. */
export function placeOf(filename: string): Place {
  const forward = filename.replaceAll("\\", "/");
  const relative = path.normalize(forward.startsWith(ROOT) ? forward.slice(ROOT.length) : forward);
  return { path: relative, layer: layerOf(relative) };
}

/**
 * The place a relative specifier in `from` points to; undefined for packages, built-in modules and JSON, which is data.
 */
export function resolveSpecifier(from: Place, specifier: string): Place | undefined {
  if (!/^\.{1,2}\//.test(specifier) || specifier.endsWith(".json")) return undefined;
  return placeOf(path.join(path.dirname(from.path), specifier));
}

/** Whether it runs in production: neither a test nor a script. */
export function isProduct(place: Place): boolean {
  return place.layer !== "tests" && place.layer !== "scripts" && place.layer !== "nowhere";
}

function layerOf(relative: string): Layer {
  if (relative.endsWith("_test.ts")) return "tests";
  if (relative === "main.ts") return "main";
  return FOLDERS.find(([prefix]) => relative.startsWith(prefix))?.[1] ?? "nowhere";
}
