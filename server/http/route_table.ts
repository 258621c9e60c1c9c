/**
 * A site's routes with what each does, in two steps. The first looks at what was sent and can reach nothing else; it
 * gives the second. Between them the table admits the caller, as the route's `access` wants it: no handler does, so
 * none can forget.
 */
import { CaucaseError } from "../../core/errors.ts";
import type { Answer, Exchange } from "./exchange.ts";
import { parameterNames, type PathMatch, type RoutePattern, Router, selectRoute } from "./router.ts";

/** A route, as far as every site's is the same. */
export interface TableRoute<Access extends string> extends RoutePattern {
  /** The required rights. */
  readonly access: Access;
  /** There over HTTPS only: over HTTP the path has no such route. */
  readonly secure?: true;
}

type Table<Routes, Access extends string> = { readonly [Name in keyof Routes]: TableRoute<Access> };
type NameOf<Routes> = Extract<keyof Routes, string>;
type ParameterName<Path extends string> = Path extends `${string}{${infer Name}}${infer Rest}`
  ? Name | ParameterName<Rest>
  : never;
type ClosedValues = Readonly<Record<string, readonly string[]>>;

/** Percent-decoded values of a path's parameters, by name. */
export type PathParameters<Path extends string, Closed extends ClosedValues> = {
  readonly [Name in ParameterName<Path>]: Name extends keyof Closed ? Closed[Name][number] : string;
};

/** What the first step of a handler sees. */
export interface Received<Parameters> {
  readonly exchange: Exchange;
  readonly parameters: Parameters;
}

/**
 * By name of a route its first step, which throws what is wrong with the request itself. `Steps` has the types of
 * second steps by access.
 */
export type Handlers<Routes extends Table<Routes, NameOf<Steps>>, Steps, Closed extends ClosedValues> = {
  readonly [Name in keyof Routes]: (
    received: Received<PathParameters<Routes[Name]["path"], Closed>>,
  ) => Steps[Routes[Name]["access"]] | Promise<Steps[Routes[Name]["access"]]>;
};

/** By access: identifies the caller, and takes the second step for them. Throws when they lack the right. */
export type Admissions<Steps> = {
  readonly [Access in keyof Steps]: (step: Awaited<Steps[Access]>, arrival: Admitting) => Answer | Promise<Answer>;
};

/** A request for which the table found a route. */
export interface Admitting extends Arrival {
  readonly action: {
    /** Of the route. */
    readonly name: string;
    /** By name, as the path has them. */
    readonly parameters: Readonly<Record<string, string>>;
  };
}

/** A request on its way through a table. */
export interface Arrival {
  readonly exchange: Exchange;
  /** The answer to what was thrown; faults are reported. */
  readonly refuse: (error: unknown) => Answer;
}

export interface RouteTableParts<Routes extends Table<Routes, NameOf<Steps>>, Steps, Closed extends ClosedValues> {
  /** Stands before all paths; empty where nothing does. */
  readonly prefix: string;
  readonly routes: Routes;
  /** Parameters that take these values only, by name. */
  readonly closed: Closed;
  readonly handlers: Handlers<Routes, Steps, Closed>;
  readonly admissions: Admissions<Steps>;
}

/** A route of a path that exists. */
export interface FoundRoute<Routes> {
  readonly name: NameOf<Routes>;
  readonly values: readonly string[];
}

export class RouteTable<const Routes extends Table<Routes, NameOf<Steps>>, Steps, const Closed extends ClosedValues> {
  readonly #parts: RouteTableParts<Routes, Steps, Closed>;
  readonly #router: Router<NameOf<Routes>>;
  readonly #parameterNames: ReadonlyMap<string, readonly string[]>;

  constructor(parts: RouteTableParts<Routes, Steps, Closed>) {
    this.#parts = parts;
    this.#router = new Router<NameOf<Routes>>(parts.routes, parts);
    const routes: Readonly<Record<string, RoutePattern>> = parts.routes;
    this.#parameterNames = new Map(Object.entries(routes).map(([name, { path }]) => [name, parameterNames(path)]));
  }

  /** The path of a request target. Throws `not-found`. */
  match(target: string): PathMatch<NameOf<Routes>> {
    return this.#router.match(target);
  }

  /**
   * The route of `match` for the request.
   * @throws `method-not-allowed`, or `not-found` for what there is over HTTPS only
   */
  select(match: PathMatch<NameOf<Routes>>, exchange: Exchange): FoundRoute<Routes> {
    const name = selectRoute(match, exchange.method);
    if (this.#parts.routes[name].secure && !exchange.secure) {
      throw new CaucaseError("not-found", "this is over HTTPS only");
    }
    return { name, values: match.values };
  }

  /** Both steps of a route, and the admission between them. Never fails. */
  async run({ name, values }: FoundRoute<Routes>, arrival: Arrival): Promise<Answer> {
    try {
      arrival.exchange.routed?.(name);
      return await this.#steps(name, values, arrival);
    } catch (error) {
      return arrival.refuse(error);
    }
  }

  async #steps<Name extends NameOf<Routes>>(name: Name, values: readonly string[], arrival: Arrival): Promise<Answer> {
    const { routes, handlers, admissions } = this.#parts;
    const access: Routes[Name]["access"] = routes[name].access;
    const received = { exchange: arrival.exchange, parameters: this.#parameters(name, values) };
    const step = await handlers[name](received);
    return await admissions[access](step, { ...arrival, action: { name, parameters: received.parameters } });
  }

  #parameters<Name extends NameOf<Routes>>(
    name: Name,
    values: readonly string[],
  ): PathParameters<Routes[Name]["path"], Closed> {
    const names = this.#parameterNames.get(name) ?? [];
    // The names are those of this very path, and the router matches closed parameters with their values only.
    return Object.fromEntries(names.map((each, index) => [each, values[index]])) as PathParameters<
      Routes[Name]["path"],
      Closed
    >;
  }
}
