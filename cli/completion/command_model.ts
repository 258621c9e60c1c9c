/** What a shell must know of the command line: all subcommands with their options and values, from their tables. */
import type { CommandUnknownOpts } from "@commander-js/extra-typings";
import { type Declared, valueNames } from "../command_line.ts";
import type { Subcommand, Verb } from "../subcommand.ts";

/**
 * What completes a value: paths, folders, programs, what the server has; nothing for text that only the person knows.
 */
export type ValueKind = "file" | "folder" | "program" | "text" | `ask ${AskedWords}`;

/** What `caucase completion ask` lists. */
export const ASKED_WORDS = ["requests", "serials", "users"] as const;
export type AskedWords = (typeof ASKED_WORDS)[number];

export interface ValueModel {
  /** As the help writes it, in `<…>`. */
  readonly name: string;
  readonly kind: ValueKind;
  /** All values that there are; empty where these are not fixed. */
  readonly choices: readonly string[];
  /** Of an argument: whether more of its kind may follow. */
  readonly isList?: boolean;
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
  /** `client`, `csr`, `csr list` */
  readonly name: string;
  readonly summary: string;
  readonly options: readonly OptionModel[];
  /** Values without an option, in order. */
  readonly values: readonly ValueModel[];
  /** Of a group: what stands behind its name. Their models follow that of the group. */
  readonly verbs: readonly Pick<Verb, "name" | "summary">[];
}

/** By the name of the value. Every name in a table is here: a test looks. */
const KIND: Readonly<Record<string, ValueKind>> = {
  "path": "file",
  "pem": "file",
  "csr": "file",
  "crt": "file",
  "key": "file",
  "backup": "file",
  // A file, or a URL.
  "place": "file",
  "folder": "folder",
  "command": "program",
  "request": "ask requests",
  "serial": "ask serials",
  "user": "ask users",
  "address": "text",
  "text": "text",
  "time": "text",
  "hex": "text",
  "status": "text",
  "bits": "text",
  "days": "text",
  "format": "text",
  "host[:port]": "text",
  "host:port": "text",
  "id": "text",
  "kind": "text",
  "level": "text",
  "library": "text",
  "mode": "text",
  "n": "text",
  "name": "text",
  "port": "text",
  "seconds": "text",
  "sha256:hex": "text",
  "shell": "text",
  "subcommand": "text",
  "uri": "text",
  "url": "text",
  "pattern": "text",
  "policy": "text",
  "range": "text",
  "rule": "text",
};

const HELP: OptionModel = switchModel("--help", "show this help");

/** The models of all subcommands, and of the verbs in groups. */
export async function commandModels(subcommands: readonly Subcommand[]): Promise<CommandModel[]> {
  const models = await Promise.all(subcommands.map(async ({ name, summary, table, verbs }) => {
    const inGroup = await verbs?.() ?? [];
    return [
      modelOf(
        { name, summary, verbs: inGroup.map((verb) => ({ name: verb.name, summary: verb.summary })) },
        await table(),
      ),
      ...inGroup.map((verb) =>
        modelOf({ name: `${name} ${verb.name}`, summary: verb.summary, verbs: [] }, verb.table())
      ),
    ];
  }));
  return models.flat();
}

function modelOf(named: Pick<CommandModel, "name" | "summary" | "verbs">, table: CommandUnknownOpts): CommandModel {
  return { ...named, options: [...table.options.map(optionModel), HELP], values: argumentModels(table) };
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
  return registeredArguments.map((argument) => {
    const name = argument.name();
    return { name, kind: valueKind(name), choices: argument.argChoices ?? [], isList: argument.variadic };
  });
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
    ...values.map((value, index) => caseOf(`${name}  ${value.isList ? "*" : index + 1}`, value)),
    ...options.flatMap(({ long, values, isList }) =>
      values.map((value, index) => caseOf(`${name} ${long} ${isList ? "*" : index + 1}`, value))
    ),
  ]);
}

function caseOf(pattern: string, { kind, choices }: ValueModel): ValueCase {
  return { pattern, kind: choices.length > 0 ? `words ${choices.join(" ")}` : kind };
}
