/** The completion script for zsh, on its `_arguments`. */
import type { CommandModel, OptionModel, ValueKind, ValueModel } from "./command_model.ts";

// A text is shown the name of what is expected; the guard keeps this from hiding options.
const ACTION: Readonly<Record<ValueKind, string>> = {
  file: "_files",
  folder: "_path_files -/",
  program: "_cmdstring",
  text: '_guard "^-*" text',
  "ask requests": "_caucase_asked requests",
  "ask serials": "_caucase_asked serials",
  "ask users": "_caucase_asked users",
};

/** Completes what the server has. */
const ASKED =
  `# What the server has: words, each with what is said of it behind a tabulator. Options for compadd come first.
_caucase_asked() {
  local -a lines found
  lines=(\${(f)"$(command caucase completion ask $argv[-1] 2>/dev/null)"})
  found=(\${lines%%$'\\t'*})
  lines=(\${lines//$'\\t'/  })
  compadd "\${(@)argv[1,-2]}" -d lines -a found
}`;

/** Completes the next word of a command in a group, or takes it to the ones before. */
const NEXT_WORDS = `  while true; do
    verbs=()
    _caucase_verbs $subcommand
    (($#verbs)) || break
    if ((CURRENT == first)); then
      _alternative \\
        'verbs:command:{_describe command verbs}' \\
        'options:option:((--help\\:"show this help" --version\\:"show the version"))'
      return
    fi
    subcommand="$subcommand $words[first]"
    first+=1
  done`;

/** Makes of a list its last value. */
const ONE_OF_LIST = `  # _arguments knows no list that ends at the next option: of its values only the last one is kept.
  local -a kept
  local -i index in_list=0 has_value=0
  for ((index = first; index <= CURRENT; index++)); do
    word=$words[index]
    if ((in_list && has_value)) && [[ $word != -* ]]; then
      kept[-1]=$word
      continue
    fi
    kept+=("$word")
    has_value=1
    if [[ $word == -* ]]; then
      has_value=0
      in_list=$lists[(Ie)$word]
    fi
  done
  words=($subcommand "\${kept[@]}")
  CURRENT=$#words`;

export function zshScript(commands: readonly CommandModel[]): string {
  const summaries = commands.filter(({ name }) => !name.includes(" ")).map(describedWord);
  const groups = commands.filter(({ verbs }) => verbs.length > 0).map(({ name, verbs }) =>
    `    ${quoted(name)})\n      verbs=(\n${
      verbs.map((verb) => `    ${describedWord(verb)}`).join("\n")
    }\n      )\n      ;;`
  );
  const lists = commands.map(({ name, options }) => {
    return `    ${quoted(name)}) lists=(${
      options.filter(({ isList }) => isList).map(({ long }) => long).join(" ")
    }) ;;`;
  });
  const cases = commands.map(argumentsCase);
  return `#compdef caucase
# Completion of caucase for zsh. Printed by "caucase completion zsh"; its --help says how to install it.

${ASKED}

# What stands behind the name of the group $1, in the caller's list of verbs.
_caucase_verbs() {
  case $1 in
${groups.join("\n")}
  esac
}

_caucase() {
  local -a subcommands verbs
  subcommands=(
${summaries.join("\n")}
  )
  if ((CURRENT == 2)); then
    _alternative \\
      'subcommands:subcommand:{_describe subcommand subcommands}' \\
      'options:option:((--help\\:"show this help" --version\\:"show the version"))'
    return
  fi
  local subcommand=$words[2] word
  local -i first=3
${NEXT_WORDS}
  local -a lists
  case $subcommand in
${lists.join("\n")}
  esac
${ONE_OF_LIST}
  case $subcommand in
${cases.join("\n")}
  esac
}

if [[ $funcstack[1] == _caucase ]]; then
  _caucase "$@"
else
  compdef _caucase caucase
fi
`;
}

/** What _arguments is told of a command. */
function argumentsCase({ name, options, values }: CommandModel): string {
  const specs = [
    ...options.map(optionSpec),
    ...values.map((value) => `${value.isList ? "*" : ""}:${valueSpec(value)}`),
  ].map((spec) => `\\\n        ${quoted(spec)}`);
  return `    ${quoted(name)})\n      _arguments ${specs.join(" ")}\n      ;;`;
}

/** `'list:list certificates'`, as _describe takes it. */
function describedWord({ name, summary }: { readonly name: string; readonly summary: string }): string {
  return `    ${quoted(`${name}:${escaped(summary, /[:\\]/g)}`)}`;
}

/** `--mode=[description]:mode:(service user)` */
function optionSpec({ long, description, values, isList, isRepeatable }: OptionModel): string {
  const [only, another] = values;
  // Only one that takes a single value may have it behind "=".
  const name = only === undefined || another !== undefined || isList ? long : `${long}=`;
  const specs = values.map((value) => `:${valueSpec(value)}`);
  return `${isRepeatable ? "*" : ""}${name}[${escaped(description, /[\]\\]/g)}]${specs.join("")}`;
}

function valueSpec({ name, kind, choices }: ValueModel): string {
  return `${escaped(name, /[:\\]/g)}:${choices.length > 0 ? `(${choices.join(" ")})` : ACTION[kind]}`;
}

function escaped(text: string, characters: RegExp): string {
  return text.replace(characters, "\\$&");
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
