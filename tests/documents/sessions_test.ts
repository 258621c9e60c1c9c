/** Plays every document, see README.md. `CAUCASE_DOCUMENT=docs/install.md` plays one. */
import { Bindings } from "./bindings.ts";
import { playedDocuments, readDocument, settingOf } from "./documents.ts";
import { playDocument } from "./play.ts";
import { haveAll } from "./other_programs.ts";
import { type Bench, openBench, Stage } from "./stage.ts";

/** Documents that are played at the same time. */
const AT_ONCE = 2;

const STEP_OPTIONS = { sanitizeOps: false, sanitizeResources: false, sanitizeExit: false };

Deno.test("documents say what comes of their commands", async (test) => {
  const only = Deno.env.get("CAUCASE_DOCUMENT");
  const documents = playedDocuments().filter((path) => only === undefined || path === only);
  if (documents.length === 0) throw new Error(`there is no document ${only}`);
  const waiting = documents.values();
  const work = async () => {
    await using bench = await openBench();
    for (const name of waiting) {
      const ignore = !haveAll(settingOf(name).needs ?? []);
      await test.step({ name, ignore, fn: () => play(name, bench), ...STEP_OPTIONS });
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
});

async function play(path: string, bench: Bench): Promise<void> {
  const stage = await Stage.open(bench, settingOf(path));
  const bindings = new Bindings();
  const before = async (section: string) => bindings.learn(await stage.prepare(path, section));
  const playing = playDocument(await readDocument(path), { stage, bindings, before });
  // Awaited before the stage goes, and thrown after that: what went wrong first is what counts.
  await playing.then(() => {}, () => {});
  await stage[Symbol.asyncDispose]().catch((error) => console.log(`cannot clean up after ${path}:`, error));
  for (const { line, reason } of await playing) console.log(`left out: ${path}:${line}: ${reason}`);
}
