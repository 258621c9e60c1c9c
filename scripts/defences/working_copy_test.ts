import assert from "node:assert/strict";
import { tempFolder } from "../../tests/support/temp_folder.ts";
import { applyEdit, type Edit } from "./mutation.ts";
import { WorkingCopy } from "./working_copy.ts";

Deno.test("applyEdit() replaces text that stands there once, and nothing else", () => {
  assert.equal(applyEdit("a b c", ["x.ts", "b", "$&"]), "a $& c");
  assert.throws(() => applyEdit("a b", ["x.ts", "c", ""]), /^Error: x\.ts holds this nowhere: c$/);
  assert.throws(() => applyEdit("a b a", ["x.ts", "a", ""]), /^Error: x\.ts holds this more than once: a$/);
});

const hasGit = await new Deno.Command("git", { args: ["--version"] }).output().then(() => true, () => false);
if (!hasGit) console.log("left out: a copy of the source (git is missing)");

Deno.test({
  name: "WorkingCopy makes edits in its copy alone, takes them back whatever happens, and leaves nothing",
  ignore: !hasGit,
  async fn() {
    await using original = await tempFolder();
    const git = new Deno.Command("git", { args: ["init", "-q"], cwd: original.path });
    assert.ok((await git.output()).success);
    await Deno.mkdir(`${original.path}/in`);
    await Deno.writeTextFile(`${original.path}/in/a.ts`, "one two");
    await Deno.writeTextFile(`${original.path}/.gitignore`, "b.ts\n");
    await Deno.writeTextFile(`${original.path}/b.ts`, "ignored");
    const edits: readonly Edit[] = [["in/a.ts", "one", "1"], ["in/a.ts", "two", "2"]];
    let folder = "";
    {
      await using copy = await WorkingCopy.of(original.path);
      folder = copy.folder;
      const read = () => Deno.readTextFile(`${folder}/in/a.ts`);
      await assert.rejects(Deno.stat(`${folder}/b.ts`), Deno.errors.NotFound);
      assert.equal(await copy.edited(edits, read), "1 2");
      assert.equal(await read(), "one two");
      await assert.rejects(copy.edited([...edits, ["in/a.ts", "three", "3"]], read), /nowhere: three/);
      assert.equal(await read(), "one two");
    }
    await assert.rejects(Deno.stat(folder), Deno.errors.NotFound);
    assert.equal(await Deno.readTextFile(`${original.path}/in/a.ts`), "one two");
  },
});
