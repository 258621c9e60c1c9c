/** Blocks of commands, as text: what is typed, what must come of it. */
import type { Block } from "./markdown.ts";

export interface Command {
  /** In the document; from 1. */
  readonly line: number;
  /** What is typed: one line, or several where a line goes on or holds a document of its own. */
  readonly text: string;
  /** The exit status that it must have: 0, or what a comment `# exit status N` at its end says. */
  readonly status: number;
  /** The lines that the block shows of its output; undefined in blocks that show none of any command. */
  readonly shown: readonly string[] | undefined;
}

/**
 * The commands of a block: `sh` holds commands alone, one a line; `console` shows them behind `$ `, with their output.
 * A line that ends with a backslash goes on in the next; one that begins a loop or a here-document, up to its end.
 * @throws Error for output that no command comes before
 */
export function commandsOf({ language, lines, line }: Block): Command[] {
  const isConsole = language === "console";
  const commands: Command[] = [];
  let shown: string[] = [];
  for (let index = 0; index < lines.length; index++) {
    const first = lines[index] ?? "";
    if (!isConsole && /^\s*(#|$)/.test(first)) continue;
    if (isConsole && !first.startsWith("$ ")) {
      if (commands.length === 0) throw new Error(`line ${line + index + 1}: output of no command`);
      shown.push(first);
      continue;
    }
    const end = lastLine(lines, index);
    const text = lines.slice(index, end + 1).join("\n").slice(isConsole ? 2 : 0);
    shown = [];
    commands.push({ line: line + index + 1, text, status: statusOf(text), shown: isConsole ? shown : undefined });
    index = end;
  }
  return commands;
}

/** Index of the last line of the command that begins at `start`. */
function lastLine(lines: readonly string[], start: number): number {
  const [, ending] = /<<-?\s*'?(\w+)'?/.exec(lines[start] ?? "") ?? [];
  if (ending !== undefined) {
    const end = lines.indexOf(ending, start);
    if (end === -1) throw new Error(`the here-document that "${lines[start]}" begins has no end`);
    return end;
  }
  if (/; do$/.test(lines[start] ?? "")) return Math.max(start, lines.indexOf("done", start));
  let end = start;
  while (lines[end]?.endsWith("\\")) end++;
  return end;
}

function statusOf(text: string): number {
  return Number(/# exit status (\d+)\b/.exec(text)?.[1] ?? 0);
}
