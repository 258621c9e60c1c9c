/** The format of the scripts in this folder, see README.md: from text to steps. It computes, `runner.ts` acts. */
import { TEST_KEY_KINDS, type TestKeyKind } from "../support/keys.ts";

/** A command line for the shell, and what must come of it. */
export interface RunStep {
  readonly kind: "run";
  readonly line: number;
  readonly command: string;
  /** The lines that it must write, as they stand in the script. */
  readonly stdout: string[];
  readonly stderr: string[];
  exit: number;
}

/** Makes `<name>.key.pem` and `<name>.csr.pem`. */
export interface RequestStep {
  readonly kind: "request";
  readonly line: number;
  readonly name: string;
  readonly keyKind: TestKeyKind;
  readonly commonName: string;
}

/** Looks at a file. */
export interface FileStep {
  readonly kind: "file";
  readonly line: number;
  readonly path: string;
  /** Permission bits; undefined where they do not matter. */
  readonly mode: number | undefined;
  /** Labels of its PEM blocks, in order; undefined where they do not matter. */
  readonly labels: readonly string[] | undefined;
}

export interface NoFileStep {
  readonly kind: "no file";
  readonly line: number;
  readonly path: string;
}

export type Step = RunStep | RequestStep | FileStep | NoFileStep;

export interface Script {
  /** Options of a server of its own; undefined where the one that scripts share will do. */
  readonly server: readonly string[] | undefined;
  readonly steps: readonly Step[];
}

/** @throws Error naming the line that cannot be understood */
export function parseScript(text: string): Script {
  const steps: Step[] = [];
  let server: readonly string[] | undefined;
  for (const [index, content] of text.split("\n").entries()) {
    const line = index + 1;
    const [, word = "", rest = ""] = /^(no file|\S*) ?(.*)$/.exec(content) ?? [];
    if (word === "" || word.startsWith("#")) continue;
    if (word === "server") server = words(rest);
    else if (word === "stdout" || word === "stderr") lastRun(steps, line)[word].push(rest);
    else if (word === "exit") lastRun(steps, line).exit = Number(rest);
    else steps.push(parseStep(word, rest, line));
  }
  return { server, steps };
}

function parseStep(word: string, rest: string, line: number): Step {
  switch (word) {
    case ">":
      return { kind: "run", line, command: rest, stdout: [], stderr: [], exit: 0 };
    case "request":
      return parseRequest(rest, line);
    case "file":
      return parseFile(rest, line);
    case "no file":
      return { kind: "no file", line, path: rest };
    default:
      throw new Error(`line ${line}: "${word}" begins no step`);
  }
}

/** `NAME [KIND] ["common name as JSON"]` */
function parseRequest(rest: string, line: number): RequestStep {
  const [, name = "", kind = "P-256", commonName] = /^(\S+)(?: ([\w-]+))?(?: (".*"))?$/.exec(rest) ?? [];
  const keyKind = TEST_KEY_KINDS.find((known) => known === kind);
  if (name === "" || keyKind === undefined) throw new Error(`line ${line}: request NAME [KIND] ["common name"]`);
  return { kind: "request", line, name, keyKind, commonName: commonName === undefined ? name : JSON.parse(commonName) };
}

/** `PATH [mode OCTAL] [holds LABEL, LABEL…]` */
function parseFile(rest: string, line: number): FileStep {
  const [, path, mode, labels] = /^(\S+)(?: mode ([0-7]+))?(?: holds (.+))?$/.exec(rest) ?? [];
  if (path === undefined) throw new Error(`line ${line}: file PATH [mode OCTAL] [holds LABEL, …]`);
  return {
    kind: "file",
    line,
    path,
    mode: mode === undefined ? undefined : Number.parseInt(mode, 8),
    labels: labels?.split(", "),
  };
}

function lastRun(steps: readonly Step[], line: number): RunStep {
  const last = steps.at(-1);
  if (last?.kind !== "run") throw new Error(`line ${line}: what is expected must follow a command`);
  return last;
}

function words(text: string): string[] {
  return text.split(" ").filter((word) => word !== "");
}

/** What a script calls a value: `$NAME`. */
export type Variables = Map<string, string>;

/**
 * Compares what was written with the lines that a script expects. In those, `*` stands for any text, `$NAME` for a
 * variable, `<NAME>` for a decimal number that becomes the variable; a line `...` for all lines that are left. `name`
 * says whose output it is.
 * @throws Error with both
 */
export function expectLines(
  written: string,
  expected: readonly string[],
  { name, variables }: { readonly name: string; readonly variables: Variables },
): void {
  const lines = written === "" ? [] : written.replace(/\n$/, "").split("\n");
  const openEnded = expected.at(-1) === "...";
  const patterns = openEnded ? expected.slice(0, -1) : expected;
  const fits = patterns.every((pattern, index) => {
    const match = lines[index]?.match(asRegExp(pattern, variables));
    for (const [captured, value] of Object.entries(match?.groups ?? {})) variables.set(captured, value);
    return Boolean(match);
  });
  if (fits && (openEnded || lines.length === patterns.length)) return;
  const wanted = expected.map((pattern) => substitute(pattern, variables));
  throw new Error([name, "has", ...lines.map(indent), "where this belongs", ...wanted.map(indent)].join("\n"));
}

function indent(line: string): string {
  return `    ${line}`;
}

const PLACEHOLDER = /\*|\$[A-Z]\w*|<[A-Z]\w*>/g;

function asRegExp(pattern: string, variables: Variables): RegExp {
  const fixed = pattern.split(PLACEHOLDER).map(escape);
  const between = (pattern.match(PLACEHOLDER) ?? []).map((placeholder) => {
    if (placeholder === "*") return ".*";
    return placeholder.startsWith("<") ? `(?${placeholder}\\d+)` : escape(substitute(placeholder, variables));
  });
  return new RegExp(`^${fixed.map((part, index) => part + (between[index] ?? "")).join("")}$`);
}

function escape(text: string): string {
  return text.replace(/[^\w\s]/g, "\\$&");
}

function substitute(pattern: string, variables: Variables): string {
  return pattern.replace(/\$([A-Z]\w*)/g, (whole, name) => variables.get(name) ?? whole);
}
