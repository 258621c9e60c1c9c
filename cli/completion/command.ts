/** The arguments of `caucase completion`, and what its page of the manual says besides. */
import { Argument } from "@commander-js/extra-typings";
import { EXIT_STATUS, type Prose } from "../manual/prose.ts";
import { newCommand } from "../subcommand.ts";

/** Shells that there is a script for. */
export const SHELLS = ["bash", "zsh", "fish"] as const;

export type CompletionShell = (typeof SHELLS)[number];

export function completionCommand() {
  return newCommand(
    "completion",
    "Print a script by which a shell completes command lines of caucase: subcommands, options, files and fixed " +
      "choices.",
    completionManual,
  ).addArgument(new Argument("<shell>", "the shell that the script is for").choices(SHELLS));
}

const PACKAGED_BASH = "~/.local/share/bash-completion/completions";

export const completionManual: Prose = {
  description: [
    "Prints a script for the shell: one line tries it in the shell that runs, others keep it. It is made from the " +
    "options of this version: print it again after an update. Ids of requests, serial numbers and names of users " +
    "come from the server that `caucase login` kept, where it answers within a second.",
  ],
  exitStatus: [EXIT_STATUS.done, EXIT_STATUS.error, EXIT_STATUS.usage],
  examples: [
    ["In the bash that runs, and for good in ~/.bashrc:", 'eval "$(caucase completion bash)"'],
    ["In the zsh that runs, after compinit:", 'eval "$(caucase completion zsh)"'],
    ["In the fish that runs:", "caucase completion fish | source"],
    [
      "For good, in bash with the package bash-completion:",
      `mkdir -p ${PACKAGED_BASH}\ncaucase completion bash > ${PACKAGED_BASH}/caucase`,
    ],
    [
      "For good, in zsh with `fpath+=~/.zfunc` before compinit in ~/.zshrc:",
      "mkdir -p ~/.zfunc\ncaucase completion zsh > ~/.zfunc/_caucase",
    ],
    [
      "For good, in fish:",
      "mkdir -p ~/.config/fish/completions\ncaucase completion fish > ~/.config/fish/completions/caucase.fish",
    ],
  ],
  seeAlso: ["manual"],
};
