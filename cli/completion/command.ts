/** The arguments of `caucase completion`, and what its page of the manual says besides. */
import { Argument } from "@commander-js/extra-typings";
import { EXIT_STATUS, type Prose } from "../manual/prose.ts";
import { newCommand } from "../subcommand.ts";

/** Shells that there is a script for. */
export const SHELLS = ["bash", "zsh", "fish"] as const;

export type CompletionShell = (typeof SHELLS)[number];

const INSTALLING = `
To try it in the shell that runs:
  bash   eval "$(caucase completion bash)"
  zsh    eval "$(caucase completion zsh)"      (after compinit)
  fish   caucase completion fish | source

To keep it, for yourself:
  bash   mkdir -p ~/.local/share/bash-completion/completions
         caucase completion bash > ~/.local/share/bash-completion/completions/caucase
         (without the package bash-completion: put the eval above into ~/.bashrc)
  zsh    mkdir -p ~/.zfunc
         caucase completion zsh > ~/.zfunc/_caucase
         (and in ~/.zshrc, before compinit: fpath+=~/.zfunc)
  fish   mkdir -p ~/.config/fish/completions
         caucase completion fish > ~/.config/fish/completions/caucase.fish

Do so again after an update of caucase.`;

export function completionCommand() {
  return newCommand(
    "completion",
    "Print a script by which a shell completes command lines of caucase: subcommands, options, files and fixed choices.",
  )
    .addArgument(new Argument("<shell>", "the shell that the script is for").choices(SHELLS))
    .addHelpText("after", INSTALLING);
}

export const completionManual: Prose = {
  description: [
    "Prints a script for the shell. `caucase completion --help` says how to try it, and where to keep it. It is made from the " +
    "options of this version: make it anew after an update.",
  ],
  exitStatus: [EXIT_STATUS.done, EXIT_STATUS.error, EXIT_STATUS.usage],
  examples: [["In the bash or zsh that runs:", 'eval "$(caucase completion bash)"']],
  seeAlso: ["manual"],
};
