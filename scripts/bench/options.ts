/** The command line of `deno task bench`. */
import { parseArgs } from "node:util";

export const GROUPS = ["issue", "renew", "read", "revoke", "start", "tools"] as const;

export type Group = (typeof GROUPS)[number];

export interface BenchOptions {
  readonly quick: boolean;
  readonly groups: readonly Group[];
  /** File for all that was measured. */
  readonly json: string | undefined;
}

export const USAGE = `usage: deno task bench [--quick] [--only GROUP…] [--json FILE]
  --quick       few requests: shows that it works, not how fast
  --only GROUP  some of: ${GROUPS.join(", ")}
  --json FILE   write every single measurement there`;

/** @throws Error that says what is wrong */
export function parseBenchOptions(args: readonly string[]): BenchOptions {
  const { values, positionals } = parseArgs({
    args: [...args],
    options: {
      quick: { type: "boolean", default: false },
      only: { type: "string", multiple: true, default: [] },
      json: { type: "string" },
    },
    // --only takes several: those after the first one come as these.
    allowPositionals: true,
  });
  if (positionals.length > 0 && values.only.length === 0) throw new Error(`${positionals[0]}: not an option`);
  const wanted = [...values.only, ...positionals];
  const unknown = wanted.find((name) => !GROUPS.some((group) => group === name));
  if (unknown !== undefined) throw new Error(`--only ${unknown}: choose from ${GROUPS.join(", ")}`);
  const groups = GROUPS.filter((group) => wanted.length === 0 || wanted.includes(group));
  return { quick: values.quick, groups, json: values.json };
}
