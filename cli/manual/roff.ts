/** Text in the language of man pages (man(7)): ASCII, for groff and mandoc. */

/** A line of text: nothing in it is taken for a request or an escape. Words between backticks become bold. */
export function text(plain: string): string {
  const parts = plain.split("`").map((part, index) => index % 2 === 0 ? escaped(part) : bold(part));
  return guarded(parts.join(""));
}

export function bold(plain: string): string {
  return `\\fB${escaped(plain)}\\fR`;
}

export function italic(plain: string): string {
  return `\\fI${escaped(plain)}\\fR`;
}

/** Lines that are shown as they are. */
export function verbatim(plain: string): string {
  const lines = plain.split("\n").map((line) => guarded(escaped(line)));
  return [".PP", ".RS 4", ".nf", ...lines, ".fi", ".RE"].join("\n");
}

/** A term, already in roff, and what it means. */
export function meaning(term: string, explanation: string): string {
  return [".TP", guarded(term), text(explanation)].join("\n");
}

/** An argument of a request. */
export function argument(plain: string): string {
  return `"${escaped(plain).replaceAll('"', "\\(dq")}"`;
}

/** A hyphen that is typed must not become a typographic one, and a quotation mark must stay what it is. */
function escaped(plain: string): string {
  return plain.replace(/[\\\-'^~`]|[^\n\x20-\x7e]/gu, (character) => ESCAPE[character] ?? unicode(character));
}

const ESCAPE: Readonly<Record<string, string>> = {
  "\\": "\\e",
  "-": "\\-",
  "'": "\\(aq",
  "^": "\\(ha",
  "~": "\\(ti",
  "`": "\\(ga",
};

function unicode(character: string): string {
  return `\\[u${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}]`;
}

/** What begins with a dot would be a request. */
function guarded(line: string): string {
  return line.startsWith(".") ? `\\&${line}` : line;
}
