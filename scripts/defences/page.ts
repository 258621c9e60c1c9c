/** docs/threat-model.md as text, laid out as `deno fmt` has it. */
import { placesOf, type Section, tasksOf, testsOf, type Threat, unrunTestsOf } from "./threat.ts";

/** From the folder of the page to that of the repository. */
const UP = "../";

const HEAD = `# Threat model

[SECURITY.md](../SECURITY.md) says what is promised, who is expected, and what is not defended. This page lists the
attacks and faults one by one. Each row names the code that stops the attack and the tests that show it.

\`deno task defences\` tries the rows. It takes one defence at a time out of a copy of the source, and the row's test must
fail. The last table names what is not tried in this way.

\`deno task threat-model\` writes this page from [scripts/defences/](../scripts/defences/). Change it there.
`;

/** The page, with a table for each section. */
export function threatModelPage(sections: readonly Section[]): string {
  return [HEAD, ...sections.map(sectionText), untriedText(sections)].join("\n");
}

function sectionText({ heading, heads = ["attack", "enforced in"], threats }: Section): string {
  const rows = threats.map((threat) => [threat.attack, enforcedIn(threat), shownBy(threat)]);
  return `## ${heading}\n\n${table([...heads, "shown by"], rows)}`;
}

function enforcedIn(threat: Threat): string {
  const words = threat.inWords === undefined ? [] : [threat.inWords];
  return [...words, placesOf(threat).map(linkTo).join(", ")].filter(Boolean).join(" ");
}

function shownBy(threat: Threat): string {
  return [...testsOf(threat).map(linkTo), ...tasksOf(threat).map((task) => `\`deno task ${task}\``)].join(", ");
}

function untriedText(sections: readonly Section[]): string {
  const threats = sections.flatMap(({ threats }) => threats);
  const rows = threats.flatMap((row) => "notMutated" in row ? [[row.attack, row.notMutated] as const] : []);
  const tests = new Map(threats.flatMap(unrunTestsOf).map(({ test, notRun }) => [linkTo(test), notRun]));
  return `## What is not tried\n\n${table(["row, or test of a row", "why"], [...rows, ...tests])}`;
}

/** The label is the file's name, or a folder's whole path. */
function linkTo(path: string): string {
  return `[${path.endsWith("/") ? path : path.split("/").at(-1)}](${UP}${path})`;
}

/** A table whose columns are aligned. */
function table(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = heads.map((head, column) => Math.max(head.length, ...rows.map((row) => row[column]?.length ?? 0)));
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(" | ")} |\n`;
  return [heads, widths.map((width) => "-".repeat(width)), ...rows].map(line).join("");
}
