import assert from "node:assert/strict";
import config from "../deno.json" with { type: "json" };

const ROOT = new URL("../", import.meta.url);

/** Name and text of the documents at the project's root. */
async function documents(): Promise<readonly (readonly [name: string, text: string])[]> {
  const entries = await Array.fromAsync(Deno.readDir(ROOT));
  const names = entries.map(({ name }) => name).filter((name) => name.endsWith(".md"));
  return await Promise.all(names.map(async (name) => [name, await Deno.readTextFile(new URL(name, ROOT))] as const));
}

Deno.test("documents link to files that exist", async () => {
  for (const [name, text] of await documents()) {
    for (const [, target = ""] of text.matchAll(/\]\(([^)#]+)(?:#[^)]*)?\)/g)) {
      if (/^https?:/.test(target)) continue;
      await assert.doesNotReject(Deno.stat(new URL(target, ROOT)), `${name} links to ${target}, which does not exist`);
    }
  }
});

Deno.test("documents name tasks that exist", async () => {
  const tasks = Object.keys(config.tasks);
  for (const [name, text] of await documents()) {
    for (const [, task = ""] of text.matchAll(/deno(?:@\S+)? task ([a-z:]+)/g)) {
      assert.ok(tasks.includes(task), `${name} names the task ${task}, which deno.json does not have`);
    }
  }
});

Deno.test("documents name one version of Deno", async () => {
  const versions = (await documents()).flatMap(([, text]) => [...text.matchAll(/deno@([\d.]+\d)/g)].map(([, v]) => v));
  const [, inCi] = /DENO_VERSION=(\S+)/.exec(await Deno.readTextFile(new URL(".ci/run", ROOT))) ?? [];
  assert.deepEqual([...new Set(versions)], [inCi]);
});
