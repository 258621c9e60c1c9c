/**
 * What documents show and what a run brings: ids, key identifiers, fingerprints and names of backups differ each time,
 * but where a document shows one twice, it is the same one.
 */

/** Values that stand for others: fingerprints, key identifiers, names of backups, ids and serial numbers. */
const VALUE = /\bsha256:[0-9a-f]{64}\b|\b\d{14}\.sql\.caucased\b|\b\d{13,}\b|\b[0-9a-f]{40}\b|\b[0-9A-F]{30,40}\b/g;

/** Text of which only the shape counts: points in time, versions. */
const SHAPES: readonly RegExp[] = [
  /\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|\+00:00)?/,
  /(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) [ \d]\d \d\d:\d\d:\d\d \d{4} GMT/,
];

const PIECE = new RegExp([VALUE, /…/, ...SHAPES].map(({ source }) => source).join("|"), "g");

export class Bindings {
  /** The real value of each that a document shows. */
  readonly #real = new Map<string, string>();

  /** Lines `SHOWN REAL`, of values that a document shows. */
  learn(lines: string): void {
    for (const line of lines.split("\n")) {
      const [shown, real] = line.split(" ");
      if (shown !== undefined && real !== undefined) this.#real.set(shown, real);
    }
  }

  /** `text` with the real values that are known. */
  real(text: string): string {
    return text.replaceAll(VALUE, (shown) => this.#real.get(shown) ?? shown);
  }

  /**
   * Whether `actual` is what `shown` shows; learns values that were not known. `…` in a line stands for any text, a
   * line that is `…` for any number of lines.
   */
  match(shown: readonly string[], actual: readonly string[]): boolean {
    const [first, ...others] = shown;
    if (first === undefined) return actual.length === 0;
    if (first.trim() === "…") {
      return actual.some((_, skipped) => this.match(others, actual.slice(skipped))) || this.match(others, []);
    }
    const [line, ...rest] = actual;
    return line !== undefined && this.#matchLine(first, line) && this.match(others, rest);
  }

  #matchLine(shown: string, actual: string): boolean {
    const pieces = shown.match(PIECE) ?? [];
    const pattern = shown.split(PIECE).map((text, index) => literal(text) + this.#pattern(pieces[index])).join("");
    const match = new RegExp(`^ *${pattern.replace(/^ \+/, "")}\\s*$`).exec(actual);
    if (match === null) return false;
    // Each group belongs to a piece that is a value not known so far.
    const unknown = pieces.filter((piece) => isValue(piece) && !this.#real.has(piece));
    for (const [index, piece] of unknown.entries()) this.#real.set(piece, match[index + 1] ?? "");
    return true;
  }

  #pattern(piece: string | undefined): string {
    if (piece === undefined) return "";
    if (piece === "…") return ".*";
    if (!isValue(piece)) return SHAPES.find((shape) => shape.test(piece))?.source ?? literal(piece);
    const known = this.#real.get(piece);
    return known === undefined ? `(${kindOf(piece)})` : literal(known);
  }
}

function isValue(piece: string): boolean {
  return piece.replace(VALUE, "") === "";
}

/** The pattern of values of the same kind. */
function kindOf(value: string): string {
  if (value.startsWith("sha256:")) return "sha256:[0-9a-f]{64}";
  if (value.endsWith(".sql.caucased")) return "\\d{14}\\.sql\\.caucased";
  // A random key identifier or hexadecimal number is never of decimal digits alone.
  if (/^\d+$/.test(value)) return "\\d+";
  return /[A-F]/.test(value) ? "[0-9A-F]+" : "[0-9a-f]{40}";
}

/** Blanks stand for any number of them: columns are as wide as what is in them. */
function literal(text: string): string {
  return text.split(/ +/).map((word) => RegExp.escape(word)).join(" +");
}
