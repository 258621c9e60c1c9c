/** The two implementations whose servers and clients are put together, and which pairs of them are. */
import { hasOpenssl, referenceFolder } from "../support/requirements.ts";
import { OUR_PROGRAM } from "../support/server_process.ts";

export interface Implementation {
  readonly name: "ours" | "reference";
  /** Command lines up to the options. */
  readonly server: readonly string[];
  readonly client: readonly string[];
  readonly updater: readonly string[];
  readonly probe: readonly string[];
  readonly rerequest: readonly string[];
  /** Its clients tell who the HTTPS server is, and warn where a server cannot say. */
  readonly knowsServerAuthentication: boolean;
  /** SIGTERM ends its server with exit status 0. */
  readonly stopsCleanly: boolean;
}

/** Who talks to whom. */
export interface Pairing {
  readonly client: Implementation;
  readonly server: Implementation;
}

export const OURS: Implementation = {
  name: "ours",
  server: [...OUR_PROGRAM, "serve"],
  client: [...OUR_PROGRAM, "client"],
  updater: [...OUR_PROGRAM, "updater"],
  probe: [...OUR_PROGRAM, "probe"],
  rerequest: [...OUR_PROGRAM, "rerequest"],
  knowsServerAuthentication: true,
  stopsCleanly: true,
};

/** The reference, where it is installed. */
export const REFERENCE: Implementation | undefined = makeReference();

function makeReference(): Implementation | undefined {
  const folder = referenceFolder();
  if (folder === undefined) return undefined;
  return {
    name: "reference",
    server: [`${folder}/caucased`],
    client: [`${folder}/caucase`],
    updater: [`${folder}/caucase-updater`],
    probe: [`${folder}/caucase-probe`],
    rerequest: [`${folder}/caucase-rerequest`],
    knowsServerAuthentication: false,
    stopsCleanly: false,
  };
}

/** The other implementation of the two, or undefined where the reference is missing. */
export function otherThan(implementation: Implementation): Implementation | undefined {
  return implementation === OURS ? REFERENCE : OURS;
}

/**
 * Which pairs run, as `client:server` separated by spaces. `reference:reference` proves a scenario itself, without a
 * line of ours: run it after changing a scenario.
 */
const VARIABLE = "CAUCASE_INTEROP";
const DEFAULT_PAIRS = "reference:ours ours:reference ours:ours";

/** Registers `scenario` as one test for each pair that is wanted; pairs whose programs are missing are left out. */
export function interopTest(name: string, scenario: (pairing: Pairing) => Promise<void>): void {
  for (const pair of wantedPairs()) {
    const pairing = usable(pair);
    Deno.test({
      name: `${name} (client:server = ${pair})`,
      ignore: pairing === undefined,
      fn: () => pairing && scenario(pairing),
    });
  }
}

/** As `interopTest`, but one test for all pairs, which run at the same time: for scenarios that mostly wait. */
export function interopTestTogether(name: string, scenario: (pairing: Pairing) => Promise<void>): void {
  const pairings = wantedPairs().map(usable).filter((pairing) => pairing !== undefined);
  Deno.test({
    name: `${name} (${pairings.length} pairs together)`,
    ignore: pairings.length === 0,
    fn: async () => {
      const results = await Promise.allSettled(pairings.map(scenario));
      const failures = results.flatMap((result, index) => {
        const { client, server } = pairings[index] ?? {};
        return result.status === "rejected" ? [`${client?.name}:${server?.name}: ${describe(result.reason)}`] : [];
      });
      if (failures.length > 0) throw new Error(failures.join("\n\n"));
    },
  });
}

/** One server and two clients whose doings are compared. */
export interface Comparison {
  readonly server: Implementation;
  readonly clients: readonly [Implementation, Implementation];
}

/** Registers `scenario` once for each server of the wanted pairs, with both implementations' clients. */
export function clientComparisonTest(name: string, scenario: (comparison: Comparison) => Promise<void>): void {
  const pairs = wantedPairs().map((pair) => pair.split(":"));
  const [one = "", other = one] = new Set(pairs.map(([client]) => client));
  for (const serverName of new Set(pairs.map(([, server = ""]) => server))) {
    const [first, second] = [usable(`${one}:${serverName}`), usable(`${other}:${serverName}`)];
    Deno.test({
      name: `${name} (server = ${serverName}, clients = ${one} and ${other})`,
      ignore: !first || !second,
      fn: () => first && second && scenario({ server: first.server, clients: [first.client, second.client] }),
    });
  }
}

/** Registers `scenario` once for each server of the wanted pairs. */
export function serverTest(name: string, scenario: (server: Implementation) => Promise<void>): void {
  for (const serverName of new Set(wantedPairs().map((pair) => pair.split(":")[1] ?? ""))) {
    const server = implementationNamed(serverName);
    Deno.test({
      name: `${name} (server = ${serverName})`,
      ignore: server === undefined || !hasOpenssl(),
      fn: () => server && scenario(server),
    });
  }
}

function describe(reason: unknown): string {
  return reason instanceof Error ? reason.stack ?? reason.message : String(reason);
}

function wantedPairs(): string[] {
  return (Deno.env.get(VARIABLE) ?? DEFAULT_PAIRS).split(" ");
}

function usable(pair: string): Pairing | undefined {
  const [client, server] = pair.split(":").map(implementationNamed);
  return client && server && hasOpenssl() ? { client, server } : undefined;
}

function implementationNamed(name: string): Implementation | undefined {
  if (name !== "ours" && name !== "reference") throw new Error(`${VARIABLE} names "${name}": only ours and reference`);
  return name === "ours" ? OURS : REFERENCE;
}
