/** The pages of the manual, and that those in docs/man/ are these. */
import assert from "node:assert/strict";
import { runCommand } from "../tests/support/process.ts";
import { OUR_PROGRAM } from "../tests/support/server_process.ts";
import { tempFolder } from "../tests/support/temp_folder.ts";
import { everyCommand } from "./command_group.ts";
import { manualPages } from "./manual.ts";
import { SUBCOMMANDS } from "./subcommands.ts";
import { VERSION } from "./version.ts";

const COMMITTED = new URL("../docs/man/", import.meta.url);
const PAGES = await manualPages(SUBCOMMANDS);

async function isInstalled(command: string, packageName: string): Promise<boolean> {
  const { status } = await runCommand(["sh", "-c", command], { cwd: "/" });
  if (status !== 0) console.log(`left out: ${command} does not work here (apt-get install ${packageName})`);
  return status === 0;
}

const hasGroff = await isInstalled("groff --version", "groff");
const hasMan = await isInstalled("man --version", "man-db");

Deno.test("docs/man/ holds the pages of this version: `deno task manual` writes them", async () => {
  const names = [...Deno.readDirSync(COMMITTED)].map(({ name }) => name).toSorted();
  assert.deepEqual(names, [...PAGES.keys()].map((name) => `${name}.1`).toSorted());
  for (const [name, page] of PAGES) {
    const committed = await Deno.readTextFile(new URL(`${name}.1`, COMMITTED));
    assert.equal(committed, page, `${name}.1 is out of date`);
  }
});

Deno.test("manual prints the page of the program, and of every subcommand", async () => {
  for (const [name, page] of [...PAGES].slice(0, 2)) {
    const args = name.split("-").slice(1);
    const outcome = await runCommand([...OUR_PROGRAM, "manual", ...args], { cwd: "/" });
    assert.deepEqual(outcome, { status: 0, out: page, err: "" });
  }
  assert.deepEqual([...PAGES.keys()], ["caucase", ...SUBCOMMANDS.map(({ name }) => `caucase-${name}`)]);
});

Deno.test("manual pages say what every option is, and name only pages and options that exist", async () => {
  const plain = (page: string) => page.replace(/\\f[BIR]/g, "").replaceAll("\\-", "-");
  const known = new Set<string>();
  for (const { name, table } of await everyCommand(SUBCOMMANDS)) {
    for (const { long } of table.options) {
      assert.match(
        plain(PAGES.get(`caucase-${name.split(" ")[0]}`) ?? ""),
        new RegExp(`^\\.TP\\n(?:-\\w, )?${long}\\b.*\\n\\S`, "m"),
      );
      if (long !== undefined) known.add(long);
    }
  }
  for (const [name, page] of PAGES) {
    for (const [, option = ""] of plain(page).matchAll(/(?<![\w-])(--[a-z][a-z-]+)/g)) {
      assert.ok(known.has(option) || option === "--help", `${name} names ${option}, which no subcommand has`);
    }
    for (const [, other = ""] of plain(page).matchAll(/(caucase[a-z-]*)\(1\)/g)) assert.ok(PAGES.has(other), other);
    assert.ok(page.includes(`"caucase ${VERSION}"`), name);
  }
});

Deno.test({
  name: "manual pages are what groff can set without a warning",
  ignore: !hasGroff,
  fn: async () => {
    for (const [name, page] of PAGES) {
      const { status, out, err } = await runCommand(["groff", "-man", "-Tutf8", "-ww"], { cwd: "/", input: page });
      assert.deepEqual([status, err], [0, ""], name);
      assert.match(out, new RegExp(`${name} +- `), name);
    }
  },
});

Deno.test({
  name: "manual pages are what man shows without a warning",
  ignore: !hasMan,
  fn: async () => {
    await using folder = await tempFolder();
    for (const [name, page] of PAGES) {
      await Deno.writeTextFile(`${folder.path}/${name}.1`, page);
      const env = { MANWIDTH: "100", LC_ALL: "C.UTF-8", MANPAGER: "cat" };
      const { status, out, err } = await runCommand(["man", "--warnings", "-l", `${name}.1`], {
        cwd: folder.path,
        env,
      });
      assert.deepEqual([status, err], [0, ""], name);
      assert.match(out, /SEE ALSO/, name);
    }
  },
});
