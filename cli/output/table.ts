/** Lists as tables: columns that fit the terminal, with text of others made harmless. It computes, callers print. */
import stringWidth from "string-width";
import { foreignText } from "./foreign_text.ts";

export interface Column<Row> {
  /** In capitals, as it stands above. */
  readonly title: string;
  readonly text: (row: Row) => string;
  /** Whether it may be cut where the terminal is too narrow; what tells rows apart (ids, serials) never is. */
  readonly isElastic?: boolean;
}

const GAP = "  ";

/** An elastic column keeps at least this much. */
const LEAST = 8;

/**
 * The lines of a table, its titles first.
 * @param width columns of the terminal; undefined where nobody looks on: nothing is cut then
 */
export function tableLines<Row>(
  columns: readonly Column<Row>[],
  rows: readonly Row[],
  width?: number,
): string[] {
  const cells = [
    columns.map(({ title }) => title),
    ...rows.map((row) => columns.map((one) => foreignText(one.text(row)))),
  ];
  const widths = columns.map((_, index) => Math.max(...cells.map((line) => stringWidth(line[index] ?? ""))));
  const fitting = width === undefined ? widths : fit(columns, widths, width);
  return cells.map((line) => line.map((cell, index) => padded(cell, fitting[index] ?? 0)).join(GAP).trimEnd());
}

/** Takes from the widest elastic column what is too much, again and again. */
function fit(columns: readonly Column<never>[], widths: readonly number[], width: number): number[] {
  const fitted = [...widths];
  const gaps = GAP.length * (columns.length - 1);
  for (let excess = fitted.reduce((sum, one) => sum + one, gaps) - width; excess > 0;) {
    const elastic = fitted.map((one, index) => columns[index]?.isElastic === true && one > LEAST ? one : 0);
    const widest = Math.max(...elastic);
    if (widest === 0) break;
    const next = Math.max(LEAST, ...elastic.filter((one) => one < widest));
    const cut = Math.min(excess, widest - next || 1);
    fitted[elastic.indexOf(widest)] = widest - cut;
    excess -= cut;
  }
  return fitted;
}

/** `text` in exactly that many columns; the end of what is too long is a mark. */
function padded(text: string, width: number): string {
  const own = stringWidth(text);
  if (own <= width) return text + " ".repeat(width - own);
  let kept = "";
  for (const { segment } of new Intl.Segmenter().segment(text)) {
    if (stringWidth(kept + segment) > width - 1) break;
    kept += segment;
  }
  return `${kept}…${" ".repeat(width - 1 - stringWidth(kept))}`;
}

/** Lines of a name and what it is, in two columns; a value of several lines, or a list, goes below itself. */
export function factLines(facts: readonly (readonly [name: string, value: string | readonly string[]])[]): string[] {
  const width = Math.max(...facts.map(([name]) => stringWidth(name)));
  return facts.flatMap(([name, value]) =>
    (typeof value === "string" ? [value] : value).map((line, index) =>
      `${(index === 0 ? name : "").padEnd(width)}${GAP}${foreignText(line)}`.trimEnd()
    )
  );
}
