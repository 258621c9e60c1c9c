/** What documents say, without running it (`tests/documents/` does): links, names of tasks and options, versions. */
import assert from "node:assert/strict";
import { everyCommand } from "../cli/command_group.ts";
import { SUBCOMMANDS } from "../cli/subcommands.ts";
import config from "../deno.json" with { type: "json" };
import { markdownFiles } from "./documents/documents.ts";
import { anchorsOf, blocksOf, codeSpansOf, linksOf } from "./documents/markdown.ts";

const ROOT = new URL("../", import.meta.url);

/** Options of tasks and of other programs that documents speak of. */
const FOREIGN_OPTIONS = ["--filter", "--build-arg", "--seconds", "--minutes", "--write", "--only"];

const DOCUMENTS = await Promise.all(
  markdownFiles().map(async (path) => ({ path, text: await Deno.readTextFile(new URL(path, ROOT)) })),
);

Deno.test("documents link to files and headings that exist", async () => {
  for (const { path, text } of DOCUMENTS) {
    for (const link of linksOf(text).filter((link) => !/^https?:/.test(link))) {
      const { pathname, hash } = new URL(link, new URL(path, ROOT));
      const where = `${path} links to ${link}`;
      await assert.doesNotReject(Deno.stat(new URL(`file://${pathname}`)), `${where}, which does not exist`);
      if (hash === "") continue;
      const headings = anchorsOf(await Deno.readTextFile(new URL(`file://${pathname}`)));
      assert.ok(headings.includes(hash.slice(1)), `${where}, where there are only ${headings.join(", ")}`);
    }
  }
});

Deno.test("documents name options that exist", async () => {
  const options = await optionsBySubcommand();
  const all = new Set([...[...options.values()].flatMap((names) => [...names]), ...FOREIGN_OPTIONS]);
  for (const { path, text } of DOCUMENTS) {
    for (const span of codeSpansOf(text).filter((code) => /^(--|caucase )/.test(code))) {
      const [, first = "", second = ""] = /^caucase (\S+)(?: (\S+))?/.exec(span) ?? [];
      const known = options.get(`${first} ${second}`) ?? options.get(first) ?? all;
      for (const [option] of span.matchAll(/(?<![\w-])--[a-z][\w-]*/g)) {
        assert.ok(known.has(option), `${path} says \`${span}\`, but there is no ${option}`);
      }
    }
  }
});

Deno.test("documents name tasks that exist", () => {
  const tasks = Object.keys(config.tasks);
  for (const { path, text } of DOCUMENTS) {
    for (const [, task = ""] of text.matchAll(/deno(?:@\S+)? task ([a-z][a-z:-]*)/g)) {
      assert.ok(tasks.includes(task), `${path} names the task ${task}, which deno.json does not have`);
    }
  }
});

Deno.test("documents name one version of Deno, and the program's own", async () => {
  const versions = (pattern: RegExp) => [
    ...new Set(DOCUMENTS.flatMap(({ text }) => [...text.matchAll(pattern)].map(([, version]) => version))),
  ];
  const [, inCi] = /DENO_VERSION=(\S+)/.exec(await Deno.readTextFile(new URL(".ci/run", ROOT))) ?? [];
  assert.deepEqual(versions(/deno@([\d.]+\d)/g), [inCi]);
  assert.deepEqual(versions(/caucase-(\d+\.\d+\.\d+)-/g), [config.version]);
});

Deno.test("documents close their blocks", () => {
  for (const { path, text } of DOCUMENTS) assert.doesNotThrow(() => blocksOf(text), path);
});

/** The long options of each subcommand, and of each command in a group. */
async function optionsBySubcommand(): Promise<Map<string, Set<string>>> {
  return new Map(
    (await everyCommand(SUBCOMMANDS)).map(({ name, table }) => {
      const names = table.options.flatMap(({ long }) => long ?? []);
      return [name, new Set([...names, "--help", "--version"])] as const;
    }),
  );
}
