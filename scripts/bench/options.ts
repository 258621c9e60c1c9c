/** The command line of `deno task bench`. */
import { parseArgs } from "node:util";
import type { ScaleOptions } from "./scale.ts";

export const GROUPS = ["issue", "renew", "read", "revoke", "start", "register", "tools"] as const;

export type Group = (typeof GROUPS)[number];

export interface BenchOptions {
  readonly quick: boolean;
  readonly groups: readonly Group[];
  /** What the command line says of it, instead of the defaults. */
  readonly scale: ScaleOptions;
  /** File for all that was measured. */
  readonly json: string | undefined;
  /** File for a CPU profile of our server, instead of all measurements. */
  readonly profile: string | undefined;
}

export const USAGE = `usage: deno task bench [--quick] [--only GROUP…] [--connections N,…] [--stored N,…]
                       [--revoked N,…] [--json FILE] [--profile FILE]
  --quick            few requests: shows that it works, not how fast
  --only GROUP       some of: ${GROUPS.join(", ")}
  --connections N,…  issue and renew over so many connections; 1,16 unless given
  --stored N,…       and with so many certificates in the database, the last for the register; 0,50000
                     unless given
  --revoked N,…      revoke with so many revoked; 0,10000,100000 unless given
  --json FILE        write every single measurement there
  --profile FILE     where our server's CPU time goes while it issues and renews; nothing else is measured`;

const LISTS = ["connections", "stored", "revoked"] as const;

/** @throws Error that says what is wrong */
export function parseBenchOptions(args: readonly string[]): BenchOptions {
  const { values, positionals } = parseArgs({
    args: [...args],
    options: {
      quick: { type: "boolean", default: false },
      only: { type: "string", multiple: true, default: [] },
      connections: { type: "string" },
      stored: { type: "string" },
      revoked: { type: "string" },
      json: { type: "string" },
      profile: { type: "string" },
    },
    // --only takes several: those after the first one come as these.
    allowPositionals: true,
  });
  if (positionals.length > 0 && values.only.length === 0) throw new Error(`${positionals[0]}: not an option`);
  const scale: Partial<Record<(typeof LISTS)[number], readonly number[]>> = {};
  for (const name of LISTS) {
    const value = values[name];
    if (value !== undefined) scale[name] = parseNumbers(name, value);
  }
  if (scale.connections?.includes(0)) throw new Error("--connections: nothing is sent over none");
  const groups = groupsOf([...values.only, ...positionals]);
  return { quick: values.quick, groups, scale, json: values.json, profile: values.profile };
}

function groupsOf(wanted: readonly string[]): readonly Group[] {
  const unknown = wanted.find((name) => !GROUPS.some((group) => group === name));
  if (unknown !== undefined) throw new Error(`--only ${unknown}: choose from ${GROUPS.join(", ")}`);
  return GROUPS.filter((group) => wanted.length === 0 || wanted.includes(group));
}

/** Ascending, each once: the last one is the largest. */
function parseNumbers(name: string, text: string): readonly number[] {
  const parts = text.split(",");
  const wrong = parts.find((part) => !/^\d{1,9}$/.test(part));
  if (wrong !== undefined) throw new Error(`--${name} ${text}: numbers, separated by commas`);
  return [...new Set(parts.map(Number))].toSorted((a, b) => a - b);
}
