/** Plays a document: types its commands in order, puts its files where they belong, and compares what comes of it. */
import type { Bindings } from "./bindings.ts";
import { type Block, blocksOf } from "./markdown.ts";
import { type Command, commandsOf } from "./session.ts";
import type { Stage } from "./stage.ts";

/** Is told what happens. */
export interface Spectator {
  /** A paragraph of the document. */
  prose?(text: string): void;
  /** A command, as it was typed, and what it wrote. */
  command?(text: string, output: string): void;
}

export interface Play {
  readonly stage: Stage;
  readonly bindings: Bindings;
  readonly audience?: Spectator;
  /** Does what comes before the blocks of a section, by its anchor. */
  readonly before?: (section: string) => Promise<void>;
}

/** What was not played, and why. */
export interface LeftOut {
  readonly line: number;
  readonly reason: string;
}

/** Languages of blocks that may be files. */
const FILE_LANGUAGES = ["ini", "nginx", "json", "text"];

/** Plays `markdown`. @throws Error that names the line at which it goes wrong */
export async function playDocument(markdown: string, play: Play): Promise<LeftOut[]> {
  const leftOut: LeftOut[] = [];
  let section = "";
  await play.before?.(section);
  for (const block of blocksOf(markdown)) {
    if (block.section !== section) await play.before?.(section = block.section);
    if (block.prose !== "") play.audience?.prose?.(block.prose);
    if (/\bCtrl-C\b/.test(block.prose)) await play.stage.interrupt();
    const [, reason] = /^not-run: (.+)$/.exec(block.attributes) ?? [];
    if (reason !== undefined) leftOut.push({ line: block.line, reason });
    else await playBlock(block, play);
  }
  return leftOut;
}

async function playBlock(block: Block, play: Play): Promise<void> {
  const { language, attributes, line } = block;
  const typed = ["sh", "console"].includes(language);
  if (typed && attributes === "") return await playCommands(commandsOf(block), play);
  if (typed && attributes === "again") return await playUntilRight(commandsOf(block), play);
  if (FILE_LANGUAGES.includes(language)) return await placeFile(block, play);
  throw new Error(`line ${line}: no rule for a block of "${language} ${attributes}"`);
}

async function playCommands(commands: readonly Command[], play: Play): Promise<void> {
  for (const command of commands) await playCommand(command, play);
}

/** Milliseconds: in which what others do in the meantime must come to an end, and from one look to the next. */
const PATIENCE = { longest: 60_000, between: 1000 };

/** Types all commands again until what comes of them is right, as a person does who waits for another program. */
async function playUntilRight(commands: readonly Command[], play: Play): Promise<void> {
  for (const deadline = Date.now() + PATIENCE.longest;;) {
    try {
      return await playCommands(commands, play);
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await new Promise((resolve) => setTimeout(resolve, PATIENCE.between));
    }
  }
}

async function playCommand(command: Command, play: Play): Promise<void> {
  const { stage, bindings, audience } = play;
  const { line, text, status, shown } = command;
  const typed = bindings.real(stage.placed(text));
  const expected = (shown ?? []).map((one) => stage.placed(one));
  const fits = (output: string) => bindings.match(expected, output === "" ? [] : output.trimEnd().split("\n"));
  const [, ready] = STAYING.find(([pattern]) => pattern.test(text.replaceAll("\\\n", " "))) ?? [];
  const outcome = ready === undefined
    ? await stage.shell.run(typed)
    : { status: 0, output: await stage.start(typed, expected.length > 0 ? fits : (output) => ready.test(output)) };
  const output = outcome.output.trimEnd();
  audience?.command?.(text, output);
  const where = `line ${line}: ${typed}`;
  if (outcome.status !== status) throw new Error(`${where}\nexit status ${outcome.status}, not ${status}\n${output}`);
  if (!isChecked(command) || fits(output)) return;
  throw new Error(`${where}\nwrote\n${output}\nand not\n${expected.map((one) => bindings.real(one)).join("\n")}`);
}

/** Whether the output counts: what is shown must come, and where our program shows nothing, nothing must come. */
function isChecked({ shown, text }: Command): boolean {
  return shown !== undefined && (shown.length > 0 || /^caucase\b/.test(text));
}

/** Programs that stay in the terminal, and what they write once they are ready. */
const STAYING: readonly (readonly [command: RegExp, ready: RegExp])[] = [
  [/^(?:.*&& )?(?:npx|deno|caucase)\b.*\sserve\b(?!.*--help)/, / Listening on /],
  [/^caucase updater\b(?!.*--(once|status|help))/, /^Next wake-up at /m],
];

/**
 * Writes the block into the file that its first line names: `# /etc/one.conf`, or `# add to /etc/one.conf`; each such
 * line begins another file. What can hold no comments is named by `title="/etc/one.json"` after the language.
 */
async function placeFile({ lines, attributes, line }: Block, { stage, bindings }: Play): Promise<void> {
  let [, path] = /^title="([^"]+)"/.exec(attributes) ?? [];
  if (path !== undefined) await stage.writeFile(stage.placed(path), "");
  for (const text of lines) {
    const [, add, named] = /^# (add to )?(\/\S+)$/.exec(text) ?? [];
    if (named !== undefined && add === undefined) await stage.writeFile(stage.placed(named), "");
    path = named ?? path;
    if (path === undefined) throw new Error(`line ${line}: the block's first line does not name its file`);
    await Deno.writeTextFile(stage.placed(path), `${bindings.real(stage.placed(text))}\n`, { append: true });
  }
}
