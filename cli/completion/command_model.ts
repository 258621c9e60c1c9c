/** What a shell must know of the command line: all subcommands with their options and values, from their tables. */
import type { CommandUnknownOpts } from "@commander-js/extra-typings";
import { type Declared, valueNames } from "../command_line.ts";
import type { Subcommand } from "../subcommand.ts";

/** What completes a value: paths, folders, programs; nothing for text that only the person knows. */
export type ValueKind = "file" | "folder" | "program" | "text";

export interface ValueModel {
  /** As the help writes it, in `<…>`. */
  readonly name: string;
  readonly kind: ValueKind;
  /** All values that there are; empty where these are not fixed. */
  readonly choices: readonly string[];
}

export interface OptionModel {
  /** `--mode` */
  readonly long: string;
  readonly description: string;
  /** What each occurrence takes, in order. */
  readonly values: readonly ValueModel[];
  /** Whether the (only) value may be followed by more of its kind. */
  readonly isList: boolean;
  /** Whether another occurrence adds to the first one. */
  readonly isRepeatable: boolean;
}

export interface CommandModel {
  readonly name: string;
  readonly summary: string;
  readonly options: readonly OptionModel[];
  /** Values without an option, in order. */
  readonly values: readonly ValueModel[];
}

/** By the name of the value. Every name in a table is here: a test looks. */
const KIND: Readonly<Record<string, ValueKind>> = {
  "path": "file",
  "pem": "file",
  "csr": "file",
  "crt": "file",
  "key": "file",
  "backup": "file",
  "folder": "folder",
  "command": "program",
  "address": "text",
  "bits": "text",
  "days": "text",
  "format": "text",
  "host[:port]": "text",
  "host:port": "text",
  "id": "text",
  "level": "text",
  "library": "text",
  "mode": "text",
  "n": "text",
  "name": "text",
  "port": "text",
  "seconds": "text",
  "serial": "text",
  "sha256:hex": "text",
  "shell": "text",
  "subcommand": "text",
  "uri": "text",
  "url": "text",
};

const HELP: OptionModel = switchModel("--help", "show this help");

/** The models of all subcommands. */
export async function commandModels(subcommands: readonly Subcommand[]): Promise<CommandModel[]> {
  return await Promise.all(subcommands.map(async ({ name, summary, table }) => {
    const command = await table();
    return { name, summary, options: [...command.options.map(optionModel), HELP], values: argumentModels(command) };
  }));
}

/**
 * What completes a value of this name. Exported for its test.
 * @throws Error for a name that is not in the list above
 */
export function valueKind(name: string): ValueKind {
  const kind = Object.hasOwn(KIND, name) ? KIND[name] : undefined;
  if (kind === undefined) throw new Error(`cli/completion/command_model.ts does not say what a <${name}> is`);
  return kind;
}

type TableOption = CommandUnknownOpts["options"][number];

function optionModel(option: TableOption): OptionModel {
  const values = valueModels(option, option.argChoices);
  return {
    long: option.long ?? "",
    description: option.description,
    values,
    isList: option.variadic && values.length === 1,
    // A list, and whatever gathers its values.
    isRepeatable: option.variadic || option.parseArg?.name === "collect",
  };
}

function argumentModels({ registeredArguments }: CommandUnknownOpts): ValueModel[] {
  return registeredArguments.flatMap((argument) =>
    valueModels({ flags: `<${argument.name()}>`, variadic: argument.variadic }, argument.argChoices)
  );
}

function valueModels(declared: Declared, choices: readonly string[] = []): ValueModel[] {
  return valueNames(declared).map((name) => ({ name, kind: valueKind(name), choices }));
}

function switchModel(long: string, description: string): OptionModel {
  return { long, description, values: [], isList: false, isRepeatable: false };
}

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
