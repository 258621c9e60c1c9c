/**
 * `deno task demo`: the first session of README.md, with real commands, real files and real TCP, in a temporary folder.
 * It is played by what tests the documents, so what it shows is what README.md says. Needs openssl.
 */
import { Bindings } from "../tests/documents/bindings.ts";
import { readDocument } from "../tests/documents/documents.ts";
import { playDocument } from "../tests/documents/play.ts";
import { openBench, Stage } from "../tests/documents/stage.ts";

/** Where the session begins and ends. */
const BEGIN = "## Two commands";
const END = "## Subcommands";

await main();

async function main(): Promise<void> {
  const bindings = new Bindings();
  await using bench = await openBench();
  await using stage = await Stage.open(bench, { clone: true, installed: false });
  say(`Everything happens in ${stage.folder}, and is removed at the end.`);
  await playDocument(await firstSession(), {
    stage,
    bindings,
    audience: {
      prose: (text) => say(`\n${plain(text)}`),
      command: (text, output) => tell(bindings.real(text), output),
    },
  });
  say("\nThe server is told to stop, and the folder is removed.");
}

/** Without the tests, which README.md names beside the server. */
async function firstSession(): Promise<string> {
  const text = await readDocument("README.md");
  return text.slice(text.indexOf(BEGIN), text.indexOf(END)).replace(/^npx .* task test .*\n/m, "");
}

/** A command as it is typed, and what it wrote. */
function tell(command: string, output: string): void {
  // What openssl draws while it makes a key is of no interest.
  const written = command.startsWith("openssl req -newkey") ? "" : output;
  say([`$ ${command}`, ...(written === "" ? [] : [written])].join("\n"));
}

/** Markdown without its marks. */
function plain(markdown: string): string {
  return markdown.replaceAll(/\[([^\]]+)\]\([^)]+\)/g, "$1").replaceAll(/\*\*|`/g, "");
}

function say(text: string): void {
  console.log(text);
}
