/** Completion as a person gets it who presses the tabulator: in a real bash, zsh or fish. */
import { type Outcome, runCommand } from "./process.ts";

/** Where a shell runs, and the completion script that it has read. */
export interface ShellScene {
  /** Files are completed from here. */
  readonly folder: string;
  readonly script: string;
}

/** What each of the command lines could go on with, in their order. */
export type Completer = (lines: readonly string[], scene: ShellScene) => Promise<string[][]>;

/** Whether the shell is installed; says so where it is not. */
export async function hasShell(shell: string): Promise<boolean> {
  const { status } = await runCommand(["sh", "-c", `command -v ${shell}`], { cwd: "/" });
  if (status !== 0) console.log(`left out: ${shell} is missing (apt-get install ${shell})`);
  return status === 0;
}

/** Calls the script's function as bash does: words are split at `=` too. Candidates in bash's order. */
export const completeInBash: Completer = async (lines, { folder, script }) => {
  const calls = lines.map((line) => {
    const words = line.split(/ |(=)/).filter((word) => word !== undefined && !(word === "" && line.endsWith("=")));
    return `COMP_WORDS=(${words.map(quoted).join(" ")}); COMP_CWORD=${words.length - 1}; COMPREPLY=(); _caucase; ` +
      `printf '%s\\t' "\${COMPREPLY[@]}"; echo`;
  });
  const outcome = await runCommand(["bash", "--norc", "-c", `. ${quoted(script)}\n${calls.join("\n")}`], {
    cwd: folder,
  });
  return wholeLines(outcome, lines.length).map((line) => line.split("\t").filter((word) => word !== ""));
};

/** As fish itself lists them, with descriptions behind a tabulator. */
export const completeInFish: Completer = async (lines, { folder, script }) => {
  const calls = lines.map((line) => `complete -C ${quoted(line)}; echo ==`);
  const command = ["fish", "--no-config", "-c", `source ${quoted(script)}\n${calls.join("\n")}`];
  const outcome = await runCommand(command, { cwd: folder, env: { HOME: folder } });
  if (outcome.status !== 0 || outcome.err !== "") throw new Error(`fish: ${outcome.err}`);
  return outcome.out.split("==\n").slice(0, -1).map((part) => part.split("\n").filter((line) => line !== ""));
};

/**
 * Types each line and a tabulator on a terminal. Only what is the one way to go on can be seen: the word then stands
 * there.
 */
export const completeInZsh: Completer = async (lines, { folder, script }) => {
  const setUp = `PS1='at your service> '; autoload -Uz compinit; compinit -u -D; source ${quoted(script)}; ` +
    'show() { print -r -- "$BUFFER" >> shown; BUFFER= }; zle -N show; bindkey "^T" show; print set"up"';
  const typing = lines.map((line) => `zpty -w -n shell ${quoted(line)}$'\\t\\x14'`);
  const driver = [
    "zmodload zsh/zpty",
    "zpty shell zsh -f -i",
    `zpty -w shell ${quoted(setUp)}`,
    // The echo of what was typed has a quotation mark in the word.
    "zpty -r -m shell seen '*setup*service> *'",
    ...typing,
    "zpty -w shell exit",
    "while zpty -r shell seen; do :; done",
    "cat shown",
  ].join("\n");
  const outcome = await runCommand(["zsh", "-f", "-c", driver], {
    cwd: folder,
    env: { ZDOTDIR: folder, TERM: "vt100" },
  });
  return wholeLines(outcome, lines.length).map((line, index) => {
    const before = lines[index] ?? "";
    const isLonger = line.trimEnd().length > before.length;
    return isLonger ? [line.trimEnd().slice(before.lastIndexOf(" ") + 1)] : [];
  });
};

/** @throws Error with all that was written unless it is that many lines */
function wholeLines({ out, err }: Outcome, count: number): string[] {
  const lines = out.split("\n").slice(0, -1);
  if (lines.length === count && err === "") return lines;
  throw new Error(`${count} lines were to come of the shell, these came:\n${out}${err}`);
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
