/** Writes the pages of the manual into docs/man/, for packagers: they need no Deno then. */
import { manualPages } from "../cli/manual.ts";
import { SUBCOMMANDS } from "../cli/subcommands.ts";

const FOLDER = new URL("../docs/man/", import.meta.url);

await Deno.mkdir(FOLDER, { recursive: true });
for (const entry of [...Deno.readDirSync(FOLDER)]) await Deno.remove(new URL(entry.name, FOLDER));
for (const [name, page] of await manualPages(SUBCOMMANDS)) {
  await Deno.writeTextFile(new URL(`${name}.1`, FOLDER), page);
  console.log(`docs/man/${name}.1`);
}
