/** Changes to text, word by word, with the words of its language. */
import type { SeededRandom } from "../random.ts";

/** Words, numbers, runs of white space, and every other character alone. */
const TOKENS = /[A-Za-z_]+|[0-9]+|\s+|[^]/gu;

/** What readers of text stumble over. */
const STRANGE = [
  ...["\0", "\t", "\r", "\n", "\r\n", "\x1b", "\x7f", "\u0080", "\u2028", "\ufeff", "\ud800", "é", "😀", " ", ""],
  ...["-1", "0", "00", "1e999", "9007199254740993", "18446744073709551616", "0x10", "NaN", "null", "true"],
  ...["%00", "%", "%2f", "..", "//", "\\", "\\u0000", "'", '"', "`", "--", "/*", "*/", ";", "__proto__", "constructor"],
];

const MOST_COPIES = 3000;

type TokenEdit = (tokens: string[], random: SeededRandom, words: readonly string[]) => void;

const EDITS: readonly TokenEdit[] = [
  (tokens, random) => void tokens.splice(random.below(tokens.length), random.size(4)),
  (tokens, random, words) => void tokens.splice(random.below(tokens.length + 1), 0, random.pick(words)),
  (tokens, random, words) => void tokens.splice(random.below(tokens.length), 1, random.pick(words)),
  (tokens, random) => void tokens.splice(random.below(tokens.length + 1), 0, random.pick(STRANGE)),
  (tokens, random) => void tokens.splice(random.below(tokens.length), 1, random.pick(STRANGE)),
  (tokens, random) => {
    const at = random.below(tokens.length);
    const part = tokens.slice(at, at + random.size(6)).join("");
    tokens.splice(at, 0, part.repeat(random.oneIn(8) ? random.size(MOST_COPIES) : random.size(3)));
  },
  (tokens, random) => {
    const part = tokens.splice(random.below(tokens.length), random.size(8));
    tokens.splice(random.below(tokens.length + 1), 0, ...part);
  },
  (tokens, random) => {
    const at = random.below(tokens.length);
    const token = tokens[at] ?? "";
    tokens[at] = random.oneIn(2) ? token.toUpperCase() : token.toLowerCase();
  },
];

/** `text` with some words of it changed; `words` are those of its language. */
export function mutateText(text: string, words: readonly string[], random: SeededRandom): string {
  const tokens = text.match(TOKENS) ?? [];
  const vocabulary = words.length > 0 ? words : STRANGE;
  for (let edits = random.size(4); edits > 0; edits--) random.pick(EDITS)(tokens, random, vocabulary);
  return tokens.join("");
}

/** The beginning of one and the end of another. */
export function spliceText(text: string, other: string, random: SeededRandom): string {
  return text.slice(0, random.below(text.length + 1)) + other.slice(random.below(other.length + 1));
}
