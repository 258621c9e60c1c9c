/** Words, names, literals and punctuation of the few SQL statements that define tables and indexes. */
import { malformed } from "../errors.ts";

export interface Token {
  /** `word` is bare: a keyword or a name. `name` was quoted and is never a keyword. */
  readonly kind: "word" | "name" | "text" | "number" | "mark";
  /** Without quotes; words as they are written. */
  readonly text: string;
}

// SQLite's white space: not what JavaScript's \s has beyond it.
const SPACE = /[ \t\n\f\r]+/y;
const KINDS: readonly { readonly kind: Token["kind"]; readonly pattern: RegExp; readonly quote?: string }[] = [
  { kind: "word", pattern: /[A-Za-z_\u0080-\ufefe\uff00-\uffff][A-Za-z0-9_$\u0080-\ufefe\uff00-\uffff]*/y },
  { kind: "name", pattern: /"([^"\0]*(?:""[^"\0]*)*)"/y, quote: '"' },
  { kind: "name", pattern: /`([^`\0]*(?:``[^`\0]*)*)`/y, quote: "`" },
  { kind: "name", pattern: /\[([^\]\0]*)\]/y },
  { kind: "text", pattern: /'([^'\0]*(?:''[^'\0]*)*)'/y, quote: "'" },
  { kind: "number", pattern: /\d+(?:\.\d+)?(?:[eE][+-]?\d+)?(?![A-Za-z0-9_.])/y },
  { kind: "mark", pattern: /[(),;+-](?!-)/y },
];

/**
 * All tokens of `sql`.
 * @throws `malformed` for anything else, comments among it
 */
export function tokensOf(sql: string): Token[] {
  const tokens: Token[] = [];
  for (let offset = 0; offset < sql.length;) {
    const space = matchAt(SPACE, sql, offset);
    if (space) {
      offset += space[0].length;
      continue;
    }
    const { token, length } = tokenAt(sql, offset);
    tokens.push(token);
    offset += length;
  }
  return tokens;
}

function tokenAt(sql: string, offset: number): { token: Token; length: number } {
  for (const { kind, pattern, quote } of KINDS) {
    const match = matchAt(pattern, sql, offset);
    if (!match) continue;
    const [whole, inner = whole] = match;
    const text = quote === undefined ? inner : inner.replaceAll(quote + quote, quote);
    return { token: { kind, text }, length: whole.length };
  }
  throw malformed("there is something in it besides names, numbers, text and punctuation");
}

function matchAt(pattern: RegExp, text: string, offset: number): RegExpExecArray | null {
  pattern.lastIndex = offset;
  return pattern.exec(text);
}
