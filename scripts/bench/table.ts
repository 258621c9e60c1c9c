/** Tables for a terminal: columns as wide as their widest cell. */

export interface Column {
  readonly title: string;
  /** Numbers stand to the right. */
  readonly align: "left" | "right";
}

/** A line of titles, a rule, a line for each row. A row with too few cells is filled up with empty ones. */
export function formatTable(columns: readonly Column[], rows: readonly (readonly string[])[]): string {
  const widths = columns.map(({ title }, index) =>
    Math.max(title.length, ...rows.map((row) => row[index]?.length ?? 0))
  );
  const line = (cells: readonly string[]) =>
    columns.map(({ align }, index) => pad(cells[index] ?? "", widths[index] ?? 0, align)).join("  ").trimEnd();
  const titles = columns.map(({ title }) => title);
  const rule = widths.map((width) => "-".repeat(width));
  return [titles, rule, ...rows].map(line).join("\n");
}

function pad(text: string, width: number, align: Column["align"]): string {
  return align === "left" ? text.padEnd(width) : text.padStart(width);
}
