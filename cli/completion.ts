/** `caucase completion`: prints what makes a shell complete command lines of caucase. */
import { bashScript } from "./completion/bash.ts";
import { completionCommand, type CompletionShell } from "./completion/command.ts";
import { type CommandModel, commandModels } from "./completion/command_model.ts";
import { fishScript } from "./completion/fish.ts";
import { zshScript } from "./completion/zsh.ts";
import { EXIT } from "./exit_status.ts";
import { parseArguments, type Subcommand } from "./subcommand.ts";
import { printText } from "./terminal.ts";

const SCRIPT: Readonly<Record<CompletionShell, (commands: readonly CommandModel[]) => string>> = {
  bash: bashScript,
  zsh: zshScript,
  fish: fishScript,
};

/** Prints the script, for `subcommands`, for the shell that the command line names. Resolves with the exit status. */
export async function completion(args: readonly string[], subcommands: readonly Subcommand[]): Promise<number> {
  // Between the scripts and this program; people have no use for it.
  if (args[0] === "ask") {
    const lines = await (await import("./completion/ask.ts")).askedLines(args[1]);
    printText(lines.map((line) => `${line}\n`).join(""));
    return EXIT.ok;
  }
  const command = completionCommand();
  parseArguments(command, args);
  const [shell] = command.processedArgs;
  printText(SCRIPT[shell](await commandModels(subcommands)));
  return EXIT.ok;
}
