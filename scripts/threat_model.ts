/** Writes docs/threat-model.md, which people read, from the rows that `deno task defences` tries. */
import { threatModelPage } from "./defences/page.ts";
import { SECTIONS } from "./defences/sections.ts";

await Deno.writeTextFile(new URL("../docs/threat-model.md", import.meta.url), threatModelPage(SECTIONS));
console.log("docs/threat-model.md");
