/** Markdown as far as documents are tested: fenced blocks, headings with their anchors, links, code in the text. */

/** A fenced block. */
export interface Block {
  /** Of the opening fence; from 1. */
  readonly line: number;
  /** First word after the fence: `sh`, `console`, `nginx`; empty where there is none. */
  readonly language: string;
  /** What follows it. */
  readonly attributes: string;
  /** The lines between the fences. */
  readonly lines: readonly string[];
  /** The anchor of the heading that it stands under; empty before the first one. */
  readonly section: string;
  /** The text since the block or heading before. */
  readonly prose: string;
}

/** All fenced blocks, in order. @throws Error for a fence that is not closed */
export function blocksOf(markdown: string): Block[] {
  const blocks: Block[] = [];
  let prose: string[] = [];
  let section = "";
  let open: { line: number; info: string; lines: string[] } | undefined;
  for (const [index, line] of markdown.split("\n").entries()) {
    const fence = /^```(.*)$/.exec(line);
    if (open === undefined && fence) open = { line: index + 1, info: fence[1] ?? "", lines: [] };
    else if (open === undefined) {
      const heading = headingOf(line);
      if (heading !== undefined) section = anchorOf(heading);
      prose = heading === undefined ? [...prose, line] : [];
    } else if (fence) {
      const [, language = "", attributes = ""] = /^(\S*)\s*(.*)$/.exec(open.info) ?? [];
      blocks.push({ ...open, language, attributes, section, prose: prose.join("\n").trim() });
      [open, prose] = [undefined, []];
    } else open.lines.push(line);
  }
  if (open !== undefined) throw new Error(`line ${open.line}: the block has no end`);
  return blocks;
}

/** The anchors of all headings, as GitHub makes them. */
export function anchorsOf(markdown: string): string[] {
  const seen = new Map<string, number>();
  return textOf(markdown).split("\n").flatMap((line) => {
    const heading = headingOf(line);
    if (heading === undefined) return [];
    const anchor = anchorOf(heading);
    const before = seen.get(anchor) ?? 0;
    seen.set(anchor, before + 1);
    return [before === 0 ? anchor : `${anchor}-${before}`];
  });
}

/** Targets of links and of images. */
export function linksOf(markdown: string): string[] {
  return [...textOf(markdown).matchAll(/\]\(([^)\s]+)\)|(?:src|srcset|href)="([^"]+)"/g)].map(([, a, b]) =>
    a ?? b ?? ""
  );
}

/** Code within the text: what stands between backticks, with line breaks as blanks. */
export function codeSpansOf(markdown: string): string[] {
  return [...textOf(markdown).matchAll(/`([^`]+)`/g)].map(([, code = ""]) => code.replaceAll(/\s+/g, " "));
}

/** Everything but the fenced blocks. */
function textOf(markdown: string): string {
  return markdown.replaceAll(/^```[^]*?^```$/gm, "");
}

function headingOf(line: string): string | undefined {
  return /^#{1,6} (.+)$/.exec(line)?.[1];
}

function anchorOf(heading: string): string {
  return heading.toLowerCase().replaceAll(/[^\p{Letter}\p{Number}\s_-]/gu, "").replaceAll(/\s/g, "-");
}
