/** Finds the route of a request target in a site's table. A segment in braces is a parameter. */
import { CaucaseError } from "../../core/errors.ts";

/** What the router wants to know of a route. `HEAD` comes with `GET`, unless the table has a route for it. */
export interface RoutePattern {
  readonly method: string;
  /** After the site's prefix, as in `/{ca}/csr/{csr_id}`. */
  readonly path: string;
}

export interface RouterOptions {
  /** Stands before all paths of the table; empty where nothing does. */
  readonly prefix: string;
  /** Parameters that take these values only, by name: with any other value it is another path. */
  readonly closed: Readonly<Record<string, readonly string[]>>;
}

/** A path that exists: its routes by method, and what stands in the places of its parameters, percent-decoded. */
export interface PathMatch<Name extends string> {
  readonly routes: ReadonlyMap<string, Name>;
  readonly values: readonly string[];
}

/** All routes that share a path. */
interface PathEntry<Name extends string> {
  /**
   * A closed parameter is `{name}`, any other `{}`: those of one place may have different names in different routes.
   */
  readonly pattern: readonly string[];
  readonly routes: Map<string, Name>;
}

export class Router<Name extends string> {
  readonly #paths: readonly PathEntry<Name>[];
  /** Paths without open parameters, as clients write them: what is read most is found without being taken apart. */
  readonly #fixed: ReadonlyMap<string, PathMatch<Name>>;

  constructor(routes: Readonly<Record<Name, RoutePattern>>, private readonly options: RouterOptions) {
    this.#paths = groupByPath(routes, options).toSorted((a, b) => rank(a.pattern) < rank(b.pattern) ? -1 : 1);
    this.#fixed = new Map(this.#paths.flatMap((entry) => fixedPaths(entry, options)));
  }

  /**
   * The path of `target` (path and query). Empty segments are ignored. A fixed segment wins over a parameter.
   * @throws `not-found`
   */
  match(target: string): PathMatch<Name> {
    const fixed = this.#fixed.get(target);
    if (fixed !== undefined) return fixed;
    const segments = pathSegments(target);
    for (const { pattern, routes } of this.#paths) {
      const values = this.#matchSegments(pattern, segments);
      if (values !== undefined) return { routes, values };
    }
    throw new CaucaseError("not-found", "no such path");
  }

  #matchSegments(pattern: readonly string[], segments: readonly string[]): readonly string[] | undefined {
    if (pattern.length !== segments.length) return undefined;
    const values: string[] = [];
    for (const [index, expected] of pattern.entries()) {
      const segment = segments[index] ?? "";
      if (isParameter(expected)) {
        if (this.options.closed[expected.slice(1, -1)]?.includes(segment) === false) return undefined;
        values.push(segment);
      } else if (expected !== segment) return undefined;
    }
    return values;
  }
}

/** The route of a path for `method`. Throws `method-not-allowed`. */
export function selectRoute<Name extends string>(match: PathMatch<Name>, method: string): Name {
  const name = match.routes.get(method) ?? (method === "HEAD" ? match.routes.get("GET") : undefined);
  if (name !== undefined) return name;
  throw new CaucaseError("method-not-allowed", `${method} is not for this path`, { allow: allowedMethods(match) });
}

/** The methods of a path, in the order of the table, and OPTIONS. */
export function allowedMethods(match: PathMatch<string>): string[] {
  return [...match.routes.keys(), "OPTIONS"];
}

/** Names of the parameters in the path of a route, in their order. */
export function parameterNames(pattern: string): string[] {
  return pattern.split("/").filter(isParameter).map((segment) => segment.slice(1, -1));
}

function isParameter(segment: string): boolean {
  return segment.startsWith("{");
}

function groupByPath<Name extends string>(
  routes: Readonly<Record<Name, RoutePattern>>,
  { prefix, closed }: RouterOptions,
): PathEntry<Name>[] {
  const byPath = new Map<string, PathEntry<Name>>();
  for (const name in routes) {
    const { method, path } = routes[name];
    const key = (prefix + path).replace(
      /\{(\w+)\}/g,
      (whole, each: string) => Object.hasOwn(closed, each) ? whole : "{}",
    );
    const entry = byPath.get(key) ?? { pattern: key.split("/").filter(Boolean), routes: new Map<string, Name>() };
    if (entry.routes.has(method)) throw new Error(`two routes for ${method} ${prefix}${path}`);
    entry.routes.set(method, name);
    byPath.set(key, entry);
  }
  return [...byPath.values()];
}

/** Sorts fixed segments before closed parameters, and those before all others, from the left. */
function rank(pattern: readonly string[]): string {
  return pattern.map((segment) => segment === "{}" ? "2" : isParameter(segment) ? "1" : "0").join("");
}

/** One for each way to fill in the closed parameters; none where there are others. */
function fixedPaths<Name extends string>(
  { pattern, routes }: PathEntry<Name>,
  { closed }: RouterOptions,
): [string, PathMatch<Name>][] {
  let filled: { path: string; values: string[] }[] = [{ path: "", values: [] }];
  for (const segment of pattern) {
    const choices = isParameter(segment) ? closed[segment.slice(1, -1)] ?? [] : [segment];
    filled = filled.flatMap(({ path, values }) =>
      choices.map((each) => ({ path: `${path}/${each}`, values: isParameter(segment) ? [...values, each] : values }))
    );
  }
  return filled.map(({ path, values }) => [path || "/", { routes, values }]);
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
