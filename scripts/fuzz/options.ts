/** The command line of `deno task fuzz`. */
import { parseArgs } from "node:util";

export interface FuzzOptions {
  /** All together. */
  readonly seconds: number;
  readonly targets: readonly string[];
  /** Another seed, other inputs. */
  readonly seed: string;
  /** Inputs that went a new way go into the corpus. */
  readonly keep: boolean;
  /** Files to run instead, of the one target. */
  readonly replay: readonly string[];
}

export const USAGE = `usage: deno task fuzz [--seconds N] [--target NAME]… [--seed TEXT] [--keep]
       deno task fuzz --target NAME --replay FILE…
  --seconds N     how long to try, all targets together (600)
  --target NAME   only this one; repeatable
  --seed TEXT     the inputs of an earlier run again, as far as its time went
  --keep          put inputs that went a new way into tests/fuzz/corpus
  --replay FILE   run the target on these files`;

/** @throws Error that says what is wrong */
export function parseFuzzOptions(args: readonly string[], known: readonly string[]): FuzzOptions {
  const { values, positionals } = parseArgs({
    args: [...args],
    options: {
      seconds: { type: "string", default: "600" },
      target: { type: "string", multiple: true, default: [] },
      seed: { type: "string" },
      keep: { type: "boolean", default: false },
      replay: { type: "string", multiple: true, default: [] },
    },
    // --replay takes several: those after the first one come as these.
    allowPositionals: true,
  });
  if (positionals.length > 0 && values.replay.length === 0) throw new Error(`${positionals[0]}: not an option`);
  const unknown = values.target.find((name) => !known.includes(name));
  if (unknown !== undefined) throw new Error(`--target ${unknown}: choose from ${known.join(", ")}`);
  const seconds = Number(values.seconds);
  if (!(seconds > 0)) throw new Error(`--seconds ${values.seconds}: not a number of seconds`);
  const replay = [...values.replay, ...positionals];
  if (replay.length > 0 && values.target.length !== 1) throw new Error("--replay needs one --target");
  return {
    seconds,
    targets: values.target.length > 0 ? values.target : known,
    seed: values.seed ?? `${crypto.getRandomValues(new Uint32Array(1))[0]}`,
    keep: values.keep,
    replay,
  };
}
