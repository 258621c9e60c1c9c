import assert from "node:assert/strict";
import { FaultyFileSystem } from "../../tests/fault/faulty_file_system.ts";
import { CaucaseError } from "../errors.ts";
import { utf16 } from "../../tests/support/saved_text.ts";
import { appendDurably, FILE_LIMIT, hostFileSystem, readFileBytes, writeFileDurably } from "./durable_file.ts";
import { isTemporaryName } from "./prepared_file.ts";
import { inFolder, modeOf, namesIn } from "../../tests/support/host_material.ts";

const OLD = "old content\n".repeat(40);
const NEW = "new content, longer\n".repeat(40);

/** How many steps one undisturbed replacement takes. */
async function countSteps(): Promise<string[]> {
  const fileSystem = new FaultyFileSystem();
  await inFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/f`, OLD);
    await writeFileDurably(`${folder}/f`, NEW, { fileSystem });
  });
  return fileSystem.steps.map((step) => step.split(" ")[0] ?? "");
}

Deno.test("writeFileDurably() syncs the content before the rename and the folder after it", async () => {
  const steps = (await countSteps()).filter((step, index, all) => step !== all[index - 1]);
  assert.deepEqual(steps, ["create", "setMode", "write", "sync", "rename", "sync"]);
});

Deno.test("writeFileDurably() leaves the old or the new content when killed at any step", async () => {
  for (let step = 1; step <= (await countSteps()).length; step++) {
    await inFolder(async (folder) => {
      const path = `${folder}/f`;
      await Deno.writeTextFile(path, OLD);
      const fileSystem = new FaultyFileSystem({ step, kind: "kill" });
      await assert.rejects(writeFileDurably(path, NEW, { fileSystem }), /killed/);
      const renamed = fileSystem.steps.filter((name) => name.startsWith("rename")).length > 0 &&
        !fileSystem.steps[step - 1]?.startsWith("rename");
      assert.equal(await Deno.readTextFile(path), renamed ? NEW : OLD, `killed at step ${step}`);
    });
  }
});

Deno.test("writeFileDurably() names the file, keeps it and cleans up when any step up to the rename fails", async () => {
  const rename = (await countSteps()).indexOf("rename") + 1;
  for (let step = 1; step <= rename; step++) {
    await inFolder(async (folder) => {
      const path = `${folder}/f`;
      await Deno.writeTextFile(path, OLD);
      const fileSystem = new FaultyFileSystem({ step, kind: "error" });
      await assert.rejects(writeFileDurably(path, NEW, { fileSystem }), {
        code: "file",
        message: `cannot write ${path}: no space left on device`,
      });
      assert.equal(await Deno.readTextFile(path), OLD, `failed at step ${step}`);
      assert.deepEqual(namesIn(folder), ["f"], `failed at step ${step}`);
    });
  }
});

Deno.test("writeFileDurably() goes on when a write takes only a part of the bytes", () =>
  inFolder(async (folder) => {
    await writeFileDurably(`${folder}/f`, NEW, { fileSystem: new FaultyFileSystem(undefined, 7) });
    assert.equal(await Deno.readTextFile(`${folder}/f`), NEW);
  }));

Deno.test("writeFileDurably() takes bytes, and chunks as they come", () =>
  inFolder(async (folder) => {
    await writeFileDurably(`${folder}/f`, Uint8Array.of(0, 255));
    assert.deepEqual(await Deno.readFile(`${folder}/f`), Uint8Array.of(0, 255));
    async function* chunks() {
      for (const byte of [1, 2, 3]) yield await Promise.resolve(Uint8Array.of(byte));
    }
    await writeFileDurably(`${folder}/f`, chunks());
    assert.deepEqual(await Deno.readFile(`${folder}/f`), Uint8Array.of(1, 2, 3));
  }));

Deno.test("writeFileDurably() keeps the old file when the chunks break off", () =>
  inFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/f`, OLD);
    async function* chunks() {
      yield await Promise.resolve(Uint8Array.of(1));
      throw new Error("the source dried up");
    }
    await assert.rejects(writeFileDurably(`${folder}/f`, chunks()), /the source dried up/);
    assert.equal(await Deno.readTextFile(`${folder}/f`), OLD);
    assert.deepEqual(namesIn(folder), ["f"]);
  }));

Deno.test("writeFileDurably() gives a new file the mode asked for, and keeps the mode of an existing one", () =>
  inFolder(async (folder) => {
    for (const wanted of [0o600, 0o640, 0o644, 0o666]) {
      const path = `${folder}/new-${wanted}`;
      await writeFileDurably(path, NEW, { mode: wanted });
      assert.equal(modeOf(path), wanted.toString(8));
      await Deno.chmod(path, 0o464);
      await writeFileDurably(path, OLD, { mode: wanted });
      assert.equal(modeOf(path), "464");
    }
  }));

Deno.test("writeFileDurably() creates a private file closed to others: whoever opens it in time could read on", () =>
  inFolder(async (folder) => {
    const modes: number[] = [];
    const create = (path: string, mode: number) => {
      modes.push(mode);
      return hostFileSystem.create(path, mode);
    };
    const fileSystem = { ...hostFileSystem, create };
    await writeFileDurably(`${folder}/key`, "new", { mode: 0o600, fileSystem });
    await writeFileDurably(`${folder}/key`, "replaced", { fileSystem });
    assert.deepEqual(modes, [0o600, 0o600]);
  }));

Deno.test("writeFileDurably() gives the new file its final mode before the first byte", async () => {
  const steps = await countSteps();
  assert.ok(steps.indexOf("setMode") < steps.indexOf("write"));
});

Deno.test("writeFileDurably() follows links, also to where nothing is yet, and keeps them", () =>
  inFolder(async (folder) => {
    await Deno.mkdir(`${folder}/real`);
    await Deno.writeTextFile(`${folder}/real/f`, OLD);
    await Deno.symlink("real/f", `${folder}/relative`);
    await Deno.symlink(`${folder}/relative`, `${folder}/chained`);
    await Deno.symlink("real/g", `${folder}/dangling`);
    await writeFileDurably(`${folder}/chained`, NEW);
    await writeFileDurably(`${folder}/dangling`, NEW);
    assert.equal(await Deno.readTextFile(`${folder}/real/f`), NEW);
    assert.equal(await Deno.readTextFile(`${folder}/real/g`), NEW);
    for (const link of ["relative", "chained", "dangling"]) {
      assert.ok((await Deno.lstat(`${folder}/${link}`)).isSymlink, link);
    }
    assert.deepEqual(namesIn(`${folder}/real`), ["f", "g"]);
  }));

Deno.test("writeFileDurably() refuses what it cannot replace", () =>
  inFolder(async (folder) => {
    await Deno.mkdir(`${folder}/folder`);
    await Deno.symlink("loop", `${folder}/loop`);
    const cases: [path: string, reason: RegExp][] = [
      ["/dev/null", /^cannot write \/dev\/null: it is not a regular file$/],
      [`${folder}/folder`, /folder: it is not a regular file$/],
      [`${folder}/loop`, /^cannot follow .*loop: too many links$/],
      [`${folder}/missing/f`, /missing\/f: no such file or directory$/],
      [`${folder}/nul\0`, /^cannot write /],
    ];
    for (const [path, message] of cases) {
      await assert.rejects(writeFileDurably(path, NEW), { code: "file", message });
    }
    assert.deepEqual(namesIn(folder), ["folder", "loop"]);
  }));

Deno.test("writeFileDurably() removes what was left behind long ago, and nothing else", () =>
  inFolder(async (folder) => {
    const leftover = `.caucase-${"0a".repeat(16)}.tmp`;
    const fresh = `.caucase-${"0b".repeat(16)}.tmp`;
    const foreign = ".caucase-notes.tmp";
    for (const name of [leftover, fresh, foreign]) await Deno.writeTextFile(`${folder}/${name}`, "x");
    for (const name of [leftover, foreign]) await Deno.utime(`${folder}/${name}`, 1, 1);
    await writeFileDurably(`${folder}/f`, NEW);
    assert.deepEqual(namesIn(folder), [fresh, foreign, "f"]);
    assert.deepEqual([leftover, fresh, foreign].map(isTemporaryName), [true, true, false]);
  }));

Deno.test("appendDurably() creates, appends, and begins a line of its own", () =>
  inFolder(async (folder) => {
    const path = `${folder}/f`;
    await appendDurably(path, "one", { mode: 0o600 });
    await appendDurably(path, "two\n");
    await appendDurably(path, "three\n");
    assert.equal(await Deno.readTextFile(path), "one\ntwo\nthree\n");
    assert.equal(modeOf(path), "600");
  }));

Deno.test("appendDurably() makes UTF-8 of a file in UTF-16, which nothing in ASCII can be added to", () =>
  inFolder(async (folder) => {
    const path = `${folder}/f`;
    await Deno.writeFile(path, utf16("\ufeffonë"));
    await appendDurably(path, "two\n");
    assert.equal(await Deno.readTextFile(path), "onë\ntwo\n");
  }));

Deno.test("appendDurably() loses nothing when several append at once", () =>
  inFolder(async (folder) => {
    const lines = Array.from({ length: 8 }, (_, index) => `line ${index}\n`);
    await Promise.all(lines.map((line) => appendDurably(`${folder}/f`, line)));
    assert.deepEqual(
      (await Deno.readTextFile(`${folder}/f`)).trim().split("\n").toSorted(),
      lines.map((l) => l.trim()),
    );
  }));

Deno.test("readFileBytes() gives undefined for nothing, and refuses folders and endless files", () =>
  inFolder(async (folder) => {
    assert.equal(await readFileBytes(`${folder}/f`), undefined);
    await Deno.writeFile(`${folder}/f`, new Uint8Array(10_000).fill(7));
    assert.deepEqual(await readFileBytes(`${folder}/f`), new Uint8Array(10_000).fill(7));
    await assert.rejects(readFileBytes(folder), { code: "file", message: `cannot read ${folder}: is a directory` });
    await assert.rejects(hostFileSystem.read("/dev/zero", 1 << 20), {
      code: "file",
      message: "cannot read /dev/zero: it is larger than 1048576 bytes",
    });
    assert.equal(FILE_LIMIT, 67_108_864);
    assert.ok(await hostFileSystem.read(`${folder}/f`, 10_000));
    await assert.rejects(hostFileSystem.read(`${folder}/f`, 9_999), CaucaseError);
  }));
