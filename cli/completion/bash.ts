/** The completion script for bash, from 3.2 on: macOS has no later one. It needs nothing but bash. */
import { type CommandModel, valueCases } from "./command_model.ts";

const TITLE =
  `# Completion of caucase for bash. Printed by "caucase completion bash"; its --help says how to install it.`;

/** The same for all tables: what is completed where. */
const COMPLETE = `# Completes $2 to words: those that compgen finds with the options in $1.
_caucase_reply() {
  local word
  while IFS= read -r word; do
    COMPREPLY+=("$word")
  done < <(compgen $1 -- "$2")
}

_caucase() {
  # Lists of words are split here, whatever the person's IFS is.
  local cur= option= number=1 i value word command verbs first=2 IFS=$' \\t\\n'
  COMPREPLY=()
  if ((COMP_CWORD == 1)); then
    COMPREPLY=($(compgen -W "$_caucase_first" -- "\${COMP_WORDS[1]}"))
    return
  fi
  command=\${COMP_WORDS[1]}
  # As many words as name a command.
  while verbs=$(_caucase_verbs "$command"); [[ -n $verbs ]]; do
    if ((COMP_CWORD == first)); then
      COMPREPLY=($(compgen -W "$verbs $(_caucase_options "$command")" -- "\${COMP_WORDS[first]}"))
      return
    fi
    command="$command \${COMP_WORDS[first]}" first=$((first + 1))
  done
  # A word "=" is bash's doing: --mode=user reaches us as three words.
  for ((i = first; i < COMP_CWORD; i++)); do
    case \${COMP_WORDS[i]} in
      =) ;;
      -*) option=\${COMP_WORDS[i]} number=1 ;;
      *) number=$((number + 1)) ;;
    esac
  done
  [[ \${COMP_WORDS[COMP_CWORD]} == = ]] || cur=\${COMP_WORDS[COMP_CWORD]}
  if [[ $cur != -* ]]; then
    value=$(_caucase_value "$command" "$option" "$number")
    case $value in
      file | folder)
        # Not in bash 3.2.
        compopt -o filenames 2>/dev/null
        if [[ $value == file ]]; then _caucase_reply -f "$cur"; else _caucase_reply -d "$cur"; fi
        ;;
      program) _caucase_reply -c "$cur" ;;
      ask\\ *)
        # What the server has; what else is said of it is behind a tabulator. compgen would expand the words.
        while IFS=$'\\t' read -r word _; do
          [[ $word == "$cur"* ]] && COMPREPLY+=("$word")
        done < <(command caucase completion ask "\${value#ask }" 2>/dev/null)
        ;;
      words\\ *) COMPREPLY=($(compgen -W "\${value#words }" -- "$cur")) ;;
    esac
    [[ -n $value ]] && return
  fi
  COMPREPLY=($(compgen -W "$(_caucase_options "$command")" -- "$cur"))
}

complete -F _caucase caucase
`;

export function bashScript(commands: readonly CommandModel[]): string {
  return [TITLE, tables(commands), COMPLETE].join("\n\n");
}

/** From the tables: what there is. */
function tables(commands: readonly CommandModel[]): string {
  const names = commands.map(({ name }) => name).filter((name) => !name.includes(" ")).join(" ");
  const verbs = commands.filter(({ verbs }) => verbs.length > 0).map(({ name, verbs }) =>
    `    '${name}') echo '${verbs.map((verb) => verb.name).join(" ")}' ;;`
  );
  const options = commands.map(({ name, options }) =>
    `    '${name}') echo '${options.map(({ long }) => long).join(" ")}' ;;`
  );
  // Only the number may be a pattern.
  const values = valueCases(commands).map(({ pattern, kind }) =>
    pattern.endsWith("*") ? `    '${pattern.slice(0, -1)}'*) echo '${kind}' ;;` : `    '${pattern}') echo '${kind}' ;;`
  );
  return `_caucase_first='${names} --help --version'

# What stands behind the name of the group $1.
_caucase_verbs() {
  case $1 in
${verbs.join("\n")}
  esac
}

# Long options of the command $1.
_caucase_options() {
  case $1 in
${options.join("\n")}
  esac
}

# What a value is: of the command $1 and its option $2, the $3rd. Nothing where no value is taken.
_caucase_value() {
  case "$1 $2 $3" in
${values.join("\n")}
  esac
}`;
}
