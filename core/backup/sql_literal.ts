/** The values of rows as SQL literals, in the form that SQLite's `quote()` gives them. */
import { malformed } from "../errors.ts";

/** What SQLite stores: NULL, INTEGER (signed, 64 bits), REAL, TEXT, BLOB. */
export type SqlValue = null | bigint | number | string | Uint8Array;

const MIN_INTEGER = -(2n ** 63n);
const MAX_INTEGER = 2n ** 63n - 1n;

/** How `quote()` writes infinity: a number that no double can hold. */
const INFINITY = "9.0e+999";

const NUMBER = /(-?\d+)(\.\d+(?:e[+-]\d+)?)?/y;

/**
 * `value` as a literal. Text must not hold a zero byte: it ends a statement, and SQL cannot write one in text.
 * A REAL gets the fewest digits that are read back as the same number. Not a number is NULL, as in SQLite.
 */
export function encodeLiteral(value: SqlValue): string {
  if (value === null) return "NULL";
  if (typeof value === "bigint") return `${value}`;
  if (typeof value === "number") return encodeReal(value);
  return typeof value === "string" ? quoteText(value) : `X'${value.toHex().toUpperCase()}'`;
}

/** Text between single quotes. */
function quoteText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

function encodeReal(value: number): string {
  if (Number.isNaN(value)) return "NULL";
  if (!Number.isFinite(value)) return value > 0 ? INFINITY : `-${INFINITY}`;
  const [mantissa = "", exponent] = String(value).split("e");
  const withPoint = mantissa.includes(".") ? mantissa : `${mantissa}.0`;
  return exponent === undefined ? withPoint : `${withPoint}e${exponent}`;
}

/** Reads literals out of a statement, from `offset` on. */
export class LiteralReader {
  constructor(private readonly text: string, public offset: number) {}

  /** Whether `expected` comes next; then it is passed. */
  skip(expected: string): boolean {
    if (!this.text.startsWith(expected, this.offset)) return false;
    this.offset += expected.length;
    return true;
  }

  /**
   * The value that is written next.
   * @throws `malformed` when none is: expressions, names, functions and other forms of literals are refused
   */
  value(): SqlValue {
    if (this.skip("NULL")) return null;
    if (this.skip("X'")) return this.#blob();
    return this.skip("'") ? this.#quoted("'") : this.#number();
  }

  /** A name between double quotes. Throws `malformed` when none comes next. */
  name(): string {
    if (!this.skip('"')) throw malformed("there is no name in double quotes");
    return this.#quoted('"');
  }

  // By searching, not by one expression over all: that runs out of stack on megabytes.
  #quoted(quote: string): string {
    const parts: string[] = [];
    for (;;) {
      parts.push(this.#upTo(quote));
      if (!this.skip(quote)) return parts.join(quote);
    }
  }

  #blob(): Uint8Array {
    const digits = this.#upTo("'");
    try {
      return Uint8Array.fromHex(digits);
    } catch (error) {
      if (error instanceof SyntaxError) throw malformed("a BLOB is not written in pairs of hexadecimal digits");
      throw error;
    }
  }

  #number(): bigint | number {
    NUMBER.lastIndex = this.offset;
    const [literal, whole = "", fraction] = NUMBER.exec(this.text) ?? [];
    if (literal === undefined) throw malformed("a value is not a literal");
    this.offset += literal.length;
    if (fraction !== undefined) return Number(literal);
    const integer = BigInt(whole.slice(0, 21));
    if (whole.length > 20 || integer < MIN_INTEGER || integer > MAX_INTEGER) {
      throw malformed("an integer has more than 64 bits");
    }
    return integer;
  }

  /** The text before the next `quote`, which is passed too. */
  #upTo(quote: string): string {
    const end = this.text.indexOf(quote, this.offset);
    if (end < 0) throw malformed("a quote is not closed");
    const found = this.text.slice(this.offset, end);
    this.offset = end + quote.length;
    return found;
  }
}
