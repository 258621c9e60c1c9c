/** Plays every document, see README.md. `CAUCASE_DOCUMENT=docs/install.md` plays one. */
import { Bindings } from "./bindings.ts";
import { playedDocuments, readDocument, settingOf } from "./documents.ts";
import { playDocument } from "./play.ts";
import { haveAll } from "./servers.ts";
import { Stage, type StageOptions } from "./stage.ts";

const only = Deno.env.get("CAUCASE_DOCUMENT");
const documents = playedDocuments().filter((path) => only === undefined || path === only);
if (documents.length === 0) throw new Error(`there is no document ${only}`);

for (const path of documents) {
  const { needs = [], ...stageOptions } = settingOf(path);
  const ignore = !haveAll(needs);
  Deno.test({ name: `${path} says what comes of its commands`, ignore, fn: () => play(path, stageOptions) });
}

async function play(path: string, options: StageOptions): Promise<void> {
  const stage = await Stage.open(options);
  const bindings = new Bindings();
  const before = async (section: string) => bindings.learn(await stage.prepare(path, section));
  const playing = playDocument(await readDocument(path), { stage, bindings, before });
  // Awaited before the stage goes, and thrown after that: what went wrong first is what counts.
  await playing.then(() => {}, () => {});
  await stage[Symbol.asyncDispose]().catch((error) => console.log(`cannot clean up after ${path}:`, error));
  for (const { line, reason } of await playing) console.log(`left out: ${path}:${line}: ${reason}`);
}
