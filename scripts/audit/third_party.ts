/** The list of third-party code, with the licences of what is shipped. */
import type { InstalledPackage } from "./installed.ts";

/** Content of THIRD-PARTY.md. */
export function thirdPartyText(installed: readonly InstalledPackage[]): string {
  const packages = installed.toSorted((a, b) => a.id < b.id ? -1 : 1);
  const rows = packages.map(({ name, version, licence = "", shipped }) => [
    `${name} ${version}`,
    licence,
    shipped ? "the program" : "tests and tools",
  ]);
  const texts = packages.filter(({ shipped }) => shipped).flatMap(licenceText);
  return [
    "# Third-party code",
    "All packages that `deno.lock` pins, made by `deno task audit --write` and checked by `deno task audit`. The program also\n" +
    "contains the Deno runtime when it is compiled into one executable; see https://deno.com for its licence (MIT).",
    table([["package", "licence", "for"], ...rows]),
    "## Licences of what is shipped",
    ...texts,
  ].join("\n\n") + "\n";
}

function licenceText({ name, version, texts }: InstalledPackage): string[] {
  const [, text = ""] = [...texts][0] ?? [];
  const indented = text.trim().split("\n").map((line) => line.trim() === "" ? "" : `    ${line.trimEnd()}`).join("\n");
  return [`### ${name} ${version}`, ...texts.size === 0 ? [] : [indented]];
}

/** Columns as wide as their widest cell: what the formatter makes of it. */
function table([head = [], ...rows]: string[][]): string {
  const widths = head.map((_, column) => Math.max(...[head, ...rows].map((row) => row[column]?.length ?? 0)));
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(" | ")} |`;
  return [line(head), line(widths.map((width) => "-".repeat(width))), ...rows.map(line)].join("\n");
}
