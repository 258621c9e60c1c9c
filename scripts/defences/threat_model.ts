/** The tables of SECURITY.md that say what keeps whom from what, as data. */

export interface ThreatRow {
  /** The heading that its table stands under. */
  readonly section: string;
  /** The first cell. */
  readonly attack: string;
  /** Files where it is enforced, and the cell's text. */
  readonly files: readonly string[];
  readonly enforcedIn: string;
  /** Test files that show it, and the cell's text. */
  readonly tests: readonly string[];
  readonly shownBy: string;
}

const CHAPTER = "## What keeps them from it";

/** The rows of all tables of the chapter "What keeps them from it". @throws Error where there is no such chapter */
export function threatRows(markdown: string): ThreatRow[] {
  const chapter = markdown.split(`${CHAPTER}\n`)[1]?.split(/^## /m)[0];
  if (chapter === undefined) throw new Error(`no chapter "${CHAPTER}"`);
  return chapter.split(/^### /m).slice(1).flatMap((text) => {
    const [section = "", ...lines] = text.split("\n");
    // The first two lines of a table are its head.
    return lines.filter((line) => line.startsWith("|")).slice(2).map((line) => toRow(section, line));
  });
}

function toRow(section: string, line: string): ThreatRow {
  const [attack = "", enforcedIn = "", shownBy = ""] = line.replace(/^\||\|$/g, "").split("|").map((cell) =>
    cell.trim()
  );
  return { section, attack, enforcedIn, files: linksOf(enforcedIn), shownBy, tests: linksOf(shownBy) };
}

function linksOf(cell: string): string[] {
  return [...cell.matchAll(/\]\(([^)]+)\)/g)].map(([, target = ""]) => target);
}
