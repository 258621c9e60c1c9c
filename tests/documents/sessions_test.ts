/** Plays every document, see README.md. `CAUCASE_DOCUMENT=docs/install.md` plays one. */
import { Bindings } from "./bindings.ts";
import { playedDocuments, readDocument, settingOf } from "./documents.ts";
import { playDocument } from "./play.ts";
import { Stage } from "./stage.ts";

const only = Deno.env.get("CAUCASE_DOCUMENT");
const documents = playedDocuments().filter((path) => only === undefined || path === only);
if (documents.length === 0) throw new Error(`there is no document ${only}`);

for (const path of documents) {
  Deno.test(`${path} says what comes of its commands`, async () => {
    await using stage = await Stage.open(settingOf(path));
    const leftOut = await playDocument(await readDocument(path), {
      stage,
      bindings: new Bindings(),
      before: (section) => stage.prepare(path, section),
    });
    for (const { line, reason } of leftOut) console.log(`left out: ${path}:${line}: ${reason}`);
  });
}
