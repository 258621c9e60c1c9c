import assert from "node:assert/strict";
import { runCommand } from "../../tests/support/process.ts";
import { tempFolder } from "../../tests/support/temp_folder.ts";
import { buildDate, readCommit } from "./commit.ts";

Deno.test("readCommit() names the commit, says when the program's files differ from it, and knows its own project alone", async () => {
  await using folder = await tempFolder();
  const cwd = folder.path;
  await assert.rejects(readCommit(cwd, ["a"]), /not a git repository/);
  const env = { GIT_COMMITTER_DATE: "1800000000 +0100", GIT_CONFIG_GLOBAL: "/dev/null", GIT_CONFIG_NOSYSTEM: "1" };
  const git = async (...args: readonly string[]) => {
    const { status, err, out } = await runCommand(
      ["git", "-c", "user.name=T", "-c", "user.email=t@example.com", ...args],
      { cwd, env },
    );
    assert.equal(status, 0, err);
    return out.trim();
  };
  await git("init", "-q");
  await Deno.mkdir(`${cwd}/inner`);
  for (const name of ["a", "b"]) await Deno.writeTextFile(`${cwd}/${name}`, "1");
  await git("add", "a", "b");
  await git("commit", "-q", "-m", "first");
  const id = (await git("rev-parse", "HEAD")).slice(0, 12);
  assert.deepEqual(await readCommit(cwd, ["a"]), { name: id, date: 1_800_000_000 });
  await Deno.writeTextFile(`${cwd}/b`, "2");
  assert.equal((await readCommit(cwd, ["a"])).name, id);
  assert.equal((await readCommit(cwd, ["a", "b"])).name, `${id}+dirty`);
  await assert.rejects(readCommit(`${cwd}/inner`, ["a"]), /another project/);
});

Deno.test("buildDate() is what was asked for, else the commit's, never the clock's", () => {
  const commit = { name: "0123456789ab", date: 1_800_000_000 };
  assert.equal(buildDate(undefined, commit), 1_800_000_000);
  assert.equal(buildDate("", commit), 1_800_000_000);
  assert.equal(buildDate("1700000000", commit), 1_700_000_000);
  assert.equal(buildDate("0", undefined), 0);
  assert.equal(buildDate(undefined, undefined), undefined);
  assert.throws(() => buildDate("yesterday", commit), /SOURCE_DATE_EPOCH: yesterday/);
});
