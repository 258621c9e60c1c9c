/** What `--json` prints: the members are those of the messages of the protocol. */
import { escapeControlsAsJson } from "../../core/host/log_format.ts";
import { printText } from "../terminal.ts";

/** Prints a value for people and programs: indented; integers that a double may not hold are decimal strings. */
export function printJson(value: unknown): void {
  const text = JSON.stringify(value, (_key, part) => typeof part === "bigint" ? `${part}` : part, 2);
  printText(`${text.split("\n").map(escapeControlsAsJson).join("\n")}\n`);
}

/** Prints a value in one line, as one of many that follow one another. */
export function printJsonLine(value: unknown): void {
  const text = JSON.stringify(value, (_key, part) => typeof part === "bigint" ? `${part}` : part);
  printText(`${escapeControlsAsJson(text)}\n`);
}
