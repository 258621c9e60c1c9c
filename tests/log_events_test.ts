/** docs/operating.md lists the events of the log. */
import assert from "node:assert/strict";
import { LOG_EVENTS, LOG_LEVELS } from "../core/log.ts";

Deno.test("docs/operating.md lists every event with its level and sentence, and no other", async () => {
  const text = await Deno.readTextFile(new URL("../docs/operating.md", import.meta.url));
  const [, section = ""] = text.split("\n## Events\n");
  const listed = [...section.matchAll(/^\| `(\S+)` +\| (\w+) +\| (.*?) +\|$/gm)].map(([, ...cells]) => cells);
  const events = LOG_LEVELS.toReversed().flatMap((level) =>
    Object.entries(LOG_EVENTS[level]).map(([name, sentence]) => [name, level, sentence])
  );
  assert.deepEqual(listed, events);
});
