/** The arguments of `caucase completion`. */
import { Argument } from "@commander-js/extra-typings";
import { newCommand } from "../subcommand.ts";

/** Shells that there is a script for. */
export const SHELLS = ["bash", "zsh", "fish"] as const;

export type Shell = (typeof SHELLS)[number];

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
