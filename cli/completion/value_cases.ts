/** What stands at a place of the command line, as the scripts for bash and fish look it up. */
import type { CommandModel, ValueModel } from "./command_model.ts";

/** A place: `client --get-crt 2` is the second value of that option; the option is empty for values without one. */
export interface ValueCase {
  /** Of the shell; in a list the number is `*`, for any. */
  readonly pattern: string;
  /** `file`, `folder`, `program`, `text`, or `words` and the choices. */
  readonly kind: string;
}

export function valueCases(commands: readonly CommandModel[]): ValueCase[] {
  return commands.flatMap(({ name, options, values }) => [
    ...values.map((value, index) => caseOf(`${name}  ${index + 1}`, value)),
    ...options.flatMap(({ long, values, isList }) =>
      values.map((value, index) => caseOf(`${name} ${long} ${isList ? "*" : index + 1}`, value))
    ),
  ]);
}

function caseOf(pattern: string, { kind, choices }: ValueModel): ValueCase {
  return { pattern, kind: choices.length > 0 ? `words ${choices.join(" ")}` : kind };
}
