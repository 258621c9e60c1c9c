/** Ids on the command line, or from standard input where a dash stands for them. */
import { CaucaseError } from "../../core/errors.ts";
import { decodeText } from "../../core/text.ts";
import { readStandardInput } from "../terminal.ts";

/** Bytes of a list of ids: more than a CA lets wait. */
const LONGEST_LIST = 1024 * 1024;

/** The ids, each once; of standard input the first word of each line. @throws `file`; `usage` when there is none */
export async function namedIds(words: readonly string[]): Promise<string[]> {
  const ids: string[] = [];
  for (const word of words) {
    if (word !== "-") ids.push(word);
    else {
      const lines = decodeText(await readStandardInput(LONGEST_LIST)).split("\n");
      ids.push(...lines.map((line) => line.trim().split(/\s+/)[0] ?? "").filter((first) => first !== ""));
    }
  }
  if (ids.length === 0) throw new CaucaseError("usage", "standard input names no ids");
  return [...new Set(ids)];
}
