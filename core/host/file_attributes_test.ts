import assert from "node:assert/strict";
import { attributesOf, giveAttributes, HAS_ATTRIBUTES } from "../../tests/support/file_attributes.ts";
import { inFolder, modeOf } from "../../tests/support/host_material.ts";
import { runCommand } from "../../tests/support/process.ts";
import { hostFileSystem, writeFileDurably } from "./durable_file.ts";
import { watchingReplacements } from "./file_rights.ts";
import type { RightsLoss } from "./file_system.ts";

Deno.test({
  name: "writeFileDurably() keeps access list, extended attributes, mode, owner and group of the file that it replaces",
  ignore: !HAS_ATTRIBUTES,
  fn: () =>
    inFolder(async (folder) => {
      const lost: RightsLoss[] = [];
      const fileSystem = watchingReplacements(hostFileSystem, (_, losses) => lost.push(...losses));
      for (const name of ["-k.pem", "with 'quotes' and $(touch x).pem"]) {
        const path = `${folder}/${name}`;
        await Deno.writeTextFile(path, "old");
        await Deno.chmod(path, 0o640);
        await giveAttributes(path);
        await writeFileDurably(path, "new", { mode: 0o600, fileSystem });
        assert.equal(await Deno.readTextFile(path), "new");
        assert.equal(await attributesOf(path), "access list, attribute");
        assert.equal(modeOf(path), "640");
        await Deno.symlink(name, `${folder}/link`);
        await writeFileDurably(`${folder}/link`, "newer", { fileSystem });
        assert.equal(await attributesOf(path), "access list, attribute");
        await Deno.remove(`${folder}/link`);
      }
      assert.deepEqual(lost, []);
    }),
});

Deno.test({
  name: "copyAttributes() gives them to the file that is open, not to what somebody put in the place of its name",
  ignore: !HAS_ATTRIBUTES,
  fn: () =>
    inFolder(async (folder) => {
      const [old, made, victim] = [`${folder}/old`, `${folder}/made`, `${folder}/victim`];
      await Deno.writeTextFile(old, "");
      await giveAttributes(old);
      await Deno.writeTextFile(victim, "", { mode: 0o600 });
      const file = await hostFileSystem.create(made, 0o600);
      await Deno.rename(made, `${folder}/away`);
      await Deno.symlink("victim", made);
      assert.equal(await file.copyAttributes(old), undefined);
      await file.close();
      assert.equal(await attributesOf(`${folder}/away`), "access list, attribute");
      assert.equal(await attributesOf(victim), "");
      assert.equal(modeOf(victim), "600");
    }),
});

/** Mounts are private to the command and need no rights where user namespaces are allowed. */
const MOUNTS = (await runCommand(["unshare", "-rm", "true"], { cwd: "/" }).catch(() => undefined))?.status === 0;
if (!MOUNTS) console.log("left out: a machine with another cp (unshare -rm does not work here)");

/** Replaces the file that it is told, and prints what that file lost. */
const PROGRAM = `import { hostFileSystem, writeFileDurably } from "${new URL("./durable_file.ts", import.meta.url)}";
  import { watchingReplacements } from "${new URL("./file_rights.ts", import.meta.url)}";
  const tell = (path, losses) => console.log(JSON.stringify({ path, ...losses[0] }));
  const fileSystem = watchingReplacements(hostFileSystem, tell);
  await writeFileDurably(Deno.args[0], "new", { fileSystem });`;

function program(folder: string): string[] {
  const config = new URL("../../deno.json", import.meta.url).pathname;
  return [Deno.execPath(), "run", "-A", "--quiet", "--config", config, `${folder}/program.js`, `${folder}/f`];
}

/** What is told of a file that was replaced on a machine whose \`cp\` is \`script\`. */
async function toldWith(script: string, folder: string): Promise<unknown> {
  await Deno.writeTextFile(`${folder}/cp`, `#!/bin/sh\n${script}\n`);
  await Deno.chmod(`${folder}/cp`, 0o755);
  await Deno.writeTextFile(`${folder}/program.js`, PROGRAM);
  await Deno.writeTextFile(`${folder}/f`, "old");
  const mounting = `mount --bind ${folder}/cp "$(readlink -f "$(command -v cp)")" && exec "$@"`;
  const { out, err, status } = await runCommand(["unshare", "-rm", "sh", "-c", mounting, "sh", ...program(folder)], {
    cwd: "/",
  });
  assert.equal(status, 0, err);
  assert.equal(await Deno.readTextFile(`${folder}/f`), "new", "it is replaced all the same");
  return JSON.parse(out);
}

/** Root's right to write into any file is given up first, where it is root who runs the tests. */
const ORDINARY = Deno.uid() === 0 ? ["setpriv", "--inh-caps=-all", "--bounding-set=-all"] : [];
const HAS_ORDINARY = (await runCommand([...ORDINARY, "true"], { cwd: "/" }).catch(() => undefined))?.status === 0;
if (!HAS_ORDINARY) console.log("left out: a process without root's rights (setpriv does not work here)");

Deno.test({
  name: "writeFileDurably() has nothing to tell of files that their owner may not write",
  ignore: !HAS_ORDINARY,
  fn: () =>
    inFolder(async (folder) => {
      await Deno.writeTextFile(`${folder}/program.js`, PROGRAM);
      const path = `${folder}/f`;
      for (const mode of [0o400, 0o440, 0o600, 0o640]) {
        await Deno.writeTextFile(path, "old", { mode: 0o600 });
        await Deno.chmod(path, mode);
        const { out, err, status } = await runCommand([...ORDINARY, ...program(folder)], { cwd: "/" });
        assert.deepEqual([status, out], [0, `{"path":"${path}"}\n`], err);
        assert.equal(await Deno.readTextFile(path), "new");
        assert.equal(modeOf(path), mode.toString(8));
        await Deno.remove(path);
      }
    }),
});

Deno.test({
  name: "writeFileDurably() tells what cp could not keep, and where no cp can tell",
  ignore: !MOUNTS,
  fn: () =>
    inFolder(async (folder) => {
      const cases: [complaint: string, status: number, certain: boolean, what: RegExp][] = [
        [
          "cp: setting attribute 'user.x' for '/proc/self/fd/1': Operation not permitted",
          1,
          true,
          /^access list, extended attributes or security label \(setting attribute 'user.x' for the new file: Operation/,
        ],
        ["sh: 1: exec: cp: not found", 127, false, /if it had any \(no cp of GNU coreutils can tell: not found\)$/],
        ["cp: unrecognized option: attributes-only", 1, false, /can tell: unrecognized option/],
        ["cp: cannot open '/x' for reading: Permission denied", 1, false, /can tell: cannot open/],
      ];
      for (const [complaint, status, certain, what] of cases) {
        const told = await toldWith(`echo "${complaint}" >&2; exit ${status}`, folder);
        assert.ok(told instanceof Object && "what" in told && "certain" in told && "path" in told);
        assert.match(String(told.what), what);
        assert.deepEqual([told.certain, told.path], [certain, `${folder}/f`]);
      }
    }),
});
