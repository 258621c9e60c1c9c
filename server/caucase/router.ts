/** Finds the route of a request target in the table of `core/protocol/routes.ts`. */
import { CaucaseError } from "../../core/errors.ts";
import { type Route, type RouteName, ROUTES } from "../../core/protocol/routes.ts";

/** A path that exists: its routes by method, and what its parameters are. */
export interface PathMatch {
  readonly routes: ReadonlyMap<string, RouteName>;
  /** Percent-decoded values of the segments in braces. */
  readonly parameters: Readonly<Record<string, string>>;
}

/** All routes that share a path. */
interface PathEntry {
  readonly pattern: readonly string[];
  readonly routes: Map<string, RouteName>;
}

const CA_NAMES: readonly string[] = ["cau", "cas"];
const PATHS = groupByPath();
/** Paths without parameters but the CA, as clients write them: what is read most is found without being taken apart. */
const FIXED_PATHS: ReadonlyMap<string, PathMatch> = new Map(PATHS.flatMap(fixedPaths));

/**
 * The path of `target` (path and query). Empty segments are ignored. A fixed segment wins over a parameter.
 * @throws `not-found`
 */
export function matchPath(target: string): PathMatch {
  const fixed = FIXED_PATHS.get(target);
  if (fixed !== undefined) return fixed;
  const segments = pathSegments(target);
  for (const { pattern, routes } of PATHS) {
    const parameters = matchSegments(pattern, segments);
    if (parameters !== undefined) return { routes, parameters };
  }
  throw new CaucaseError("not-found", "no such path");
}

/** The route for `method`; `HEAD` is served like `GET`. Throws `method-not-allowed`. */
export function selectRoute(match: PathMatch, method: string): { name: RouteName; route: Route } {
  const name = match.routes.get(method === "HEAD" ? "GET" : method);
  if (name === undefined) {
    throw new CaucaseError("method-not-allowed", `${method} is not for this path`, { allow: allowedMethods(match) });
  }
  return { name, route: ROUTES[name] };
}

/** The methods of a path, in the order of the table, and OPTIONS. */
export function allowedMethods(match: PathMatch): string[] {
  return [...match.routes.keys(), "OPTIONS"];
}

function groupByPath(): PathEntry[] {
  const byPath = new Map<string, PathEntry>();
  for (const [name, { method, path }] of Object.entries(ROUTES) as [RouteName, Route][]) {
    // Parameters of one place go by different names in different routes of a path.
    const key = path.replace(/\{(?!ca\})\w+\}/g, "{}");
    const entry = byPath.get(key) ?? { pattern: key.split("/").filter(Boolean), routes: new Map() };
    entry.routes.set(method, name);
    byPath.set(key, entry);
  }
  return [...byPath.values()].toSorted((a, b) => parameterCount(a) - parameterCount(b));
}

function fixedPaths({ pattern, routes }: PathEntry): [string, PathMatch][] {
  if (pattern.includes("{}")) return [];
  const path = `/${pattern.join("/")}`;
  if (!pattern.includes("{ca}")) return [[path, { routes, parameters: {} }]];
  return CA_NAMES.map((ca) => [path.replace("{ca}", ca), { routes, parameters: { ca } }]);
}

function parameterCount({ pattern }: PathEntry): number {
  return pattern.filter((segment) => segment.startsWith("{")).length;
}

function pathSegments(target: string): string[] {
  // Some clients and every proxy may send the absolute form (RFC 9112 3.2.2).
  const path = target.replace(/^[a-z]+:\/\/[^/?#]*/i, "").replace(/[?#].*$/s, "");
  try {
    return path.split("/").filter(Boolean).map(decodeURIComponent);
  } catch (cause) {
    if (!(cause instanceof URIError)) throw cause;
    throw new CaucaseError("not-found", "no such path", { cause });
  }
}

function matchSegments(pattern: readonly string[], segments: readonly string[]): Record<string, string> | undefined {
  if (pattern.length !== segments.length) return undefined;
  const parameters: Record<string, string> = {};
  for (const [index, expected] of pattern.entries()) {
    const segment = segments[index] ?? "";
    if (expected === "{ca}") {
      if (!CA_NAMES.includes(segment)) return undefined;
      parameters["ca"] = segment;
    } else if (expected === "{}") parameters["id"] = segment;
    else if (expected !== segment) return undefined;
  }
  return parameters;
}
