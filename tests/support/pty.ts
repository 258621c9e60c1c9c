/** Programs on a real terminal, which `script` of util-linux provides. */
import { runCommand } from "./process.ts";

/** Whether there are terminals to be had; says so where there are none. */
export async function hasTerminals(): Promise<boolean> {
  const { out } = await runCommand(["sh", "-c", "script --version"], { cwd: "/" });
  const isThere = out.includes("util-linux");
  if (!isThere) console.log("left out: script of util-linux is missing (apt-get install bsdutils)");
  return isThere;
}

export interface TerminalOptions {
  /** Working folder; a file `shown` is made there. */
  readonly cwd: string;
  /** Set besides TERM=xterm; NO_COLOR is set only here. */
  readonly env?: Readonly<Record<string, string>>;
  /** What is typed when its prompt is seen, as printf(1) takes it. */
  readonly answers?: readonly TypedAnswer[];
}

export type TypedAnswer = readonly [prompt: string, keys: string];

/** Runs a command line of the shell on a terminal of 100 columns. Status, and all that the terminal showed. */
export async function onTerminal(
  commandLine: string,
  { cwd, env = {}, answers = [] }: TerminalOptions,
): Promise<{ status: number; shown: string }> {
  const typing = answers.map(([prompt, keys], index) =>
    `while [ "$(grep -ac '${prompt}' shown)" -lt ${seenBefore(answers, index)} ]; do sleep 0.05; done; printf '${keys}'`
  );
  const settings = Object.entries({ TERM: "xterm", ...env }).map(([name, value]) => `export ${name}=${value}; `);
  const inner = `stty cols 100; unset NO_COLOR; ${settings.join("")}${commandLine}`;
  const keyboard = typing.length === 0 ? "" : `(${typing.join("; ")}) | `;
  const outer = `: > shown; ${keyboard}script -qefc "$INNER" shown > /dev/null`;
  const { status } = await runCommand(["sh", "-c", outer], { cwd, env: { INNER: inner, SHELL: "/bin/sh" } });
  // What `script` itself writes is its first and last line.
  const shown = (await Deno.readTextFile(`${cwd}/shown`)).replace(/^Script started.*\n|\n+Script done.*\n$/g, "");
  return { status, shown };
}

/** How many lines must show the prompt of this answer: those of earlier ones are there still. */
function seenBefore(answers: readonly TypedAnswer[], index: number): number {
  return answers.slice(0, index + 1).filter(([prompt]) => prompt === answers[index]?.[0]).length;
}
