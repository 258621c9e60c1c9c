/** The completion script for fish. */
import { type CommandModel, type OptionModel, valueCases, type ValueModel } from "./command_model.ts";

/** The same for all tables: what is completed where. */
const COMPLETE = `function __caucase_next_is
    string match -q -- "$argv[1]" (__caucase_value)
end

# What the server has: words, each with what is said of it behind a tabulator.
function __caucase_asked
    command -q caucase; and command caucase completion (string split ' ' -- $argv[1]) 2>/dev/null
end

function __caucase_at_subcommand
    test (count (commandline -opc)) -eq 1
end

function __caucase_in
    set -l words (commandline -opc)
    test (count $words) -ge 2; and test (__caucase_command) = $argv[1]
end

complete -c caucase -f
complete -c caucase -n '__caucase_next_is file' -F
complete -c caucase -n '__caucase_next_is folder' -x -a '(__fish_complete_directories)'
complete -c caucase -n '__caucase_next_is "words *"' -x -a '(string split " " -- (__caucase_value))[2..]'
complete -c caucase -n '__caucase_next_is "ask *"' -x -a '(__caucase_asked (__caucase_value))'
complete -c caucase -n __caucase_at_subcommand -l help -d 'show this help'
complete -c caucase -n __caucase_at_subcommand -l version -d 'show the version'`;

export function fishScript(commands: readonly CommandModel[]): string {
  const cases = valueCases(commands).map(({ pattern, kind }) =>
    `        case ${quoted(pattern)}\n            echo ${kind}`
  );
  const groups = commands.filter(({ verbs }) => verbs.length > 0);
  return `# Completion of caucase for fish. Printed by "caucase completion fish"; its --help says how to install it.

# The command that is being typed: a subcommand, or one in a group.
function __caucase_command
    set -l words (commandline -opc)
    set -l command "$words[2]"
    for word in $words[3..]
        switch "$command"
            case ${groups.length === 0 ? "''" : groups.map(({ name }) => quoted(name)).join(" ")}
                set command "$command $word"
            case '*'
                break
        end
    end
    echo $command
end

# What the next value is, where the words before it make it one of an option's.
function __caucase_value
    set -l words (commandline -opc)
    test (count $words) -ge 2; or return
    set -l command (__caucase_command)
    set -l option ''
    set -l number 1
    set -l first (math 2 + (count (string split ' ' -- $command)))
    for word in $words[$first..]
        switch $word
            case '-*=*'
                set option (string split -m 1 -- = $word)[1]
                set number 2
            case '-*'
                set option $word
                set number 1
            case '*'
                set number (math $number + 1)
        end
    end
    switch "$command $option $number"
${cases.join("\n")}
    end
end

${COMPLETE}
${commands.map(subcommandLines).join("\n")}
`;
}

function subcommandLines({ name, summary, options }: CommandModel): string {
  const [, group = "", verb = ""] = /^(?:(.*) )?(\S+)$/.exec(name) ?? [];
  const own = group === ""
    ? `complete -c caucase -n __caucase_at_subcommand -a ${name} -d ${quoted(summary)}`
    : `complete -c caucase -n ${quoted(`__caucase_in ${quoted(group)}`)} -a ${verb} -d ${quoted(summary)}`;
  const condition = `-n ${quoted(`__caucase_in ${quoted(name)}`)}`;
  const lines = options.map((option) => `complete -c caucase ${condition} ${optionFlags(option)}`);
  return ["", own, ...lines].join("\n");
}

function optionFlags({ long, description, values: [first] }: OptionModel): string {
  return `-l ${long.replace(/^--/, "")}${first === undefined ? "" : ` ${valueFlags(first)}`} -d ${quoted(description)}`;
}

function valueFlags({ kind, choices }: ValueModel): string {
  if (choices.length > 0) return `-x -a ${quoted(choices.join(" "))}`;
  if (kind.startsWith("ask ")) return `-x -a ${quoted(`(__caucase_asked "${kind}")`)}`;
  if (kind === "folder") return "-x -a '(__fish_complete_directories)'";
  if (kind === "program") return "-x -a '(__fish_complete_command)'";
  return kind === "file" ? "-r -F" : "-x";
}

function quoted(text: string): string {
  return `'${text.replace(/['\\]/g, "\\$&")}'`;
}
