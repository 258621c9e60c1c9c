/** The command line of `deno task soak`. */
import { parseArgs } from "node:util";

export interface SoakOptions {
  readonly minutes: number;
  /** Another seed, other choices. When what happens is up to the machine. */
  readonly seed: string;
  /** Actions in a second, good and bad together; fewer where the server does not keep up. */
  readonly rate: number;
}

export const USAGE = `usage: deno task soak [--minutes N] [--seed TEXT] [--rate N]
  --minutes N   how long traffic lasts (15)
  --seed TEXT   the choices of an earlier run again
  --rate N      actions per second (60)`;

/** @throws Error that says what is wrong */
export function parseSoakOptions(args: readonly string[]): SoakOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      minutes: { type: "string", default: "15" },
      seed: { type: "string" },
      rate: { type: "string", default: "60" },
    },
  });
  return {
    minutes: positive("--minutes", values.minutes),
    rate: positive("--rate", values.rate),
    seed: values.seed ?? `${crypto.getRandomValues(new Uint32Array(1))[0]}`,
  };
}

function positive(option: string, text: string): number {
  const value = Number(text);
  if (!(value > 0 && value < Infinity)) throw new Error(`${option} ${text}: not a number above 0`);
  return value;
}
