import assert from "node:assert/strict";
import { type Fault, FaultyFileSystem } from "../../tests/fault/faulty_file_system.ts";
import { CaucaseError } from "../errors.ts";
import { recoverKeyPair, writeKeyPair } from "./key_pair_change.ts";
import { readKeyPair } from "./key_pair_file.ts";
import { modeOf, namesIn } from "../../tests/support/files.ts";
import { newCa, type TestCa } from "../../tests/support/issuing.ts";
import { inFolder } from "../../tests/support/temp_folder.ts";

const [OLD, NEW, OTHER] = [await newCa(), await newCa(), await newCa()];

interface Paths {
  readonly keyPath: string;
  readonly certificatePath: string;
}

function pathsIn(folder: string): Paths {
  return { keyPath: `${folder}/k.pem`, certificatePath: `${folder}/c.pem` };
}

async function put({ keyPath, certificatePath }: Paths, key?: TestCa, certificate?: TestCa): Promise<void> {
  if (key !== undefined) await Deno.writeTextFile(keyPath, key.keyPem);
  if (certificate !== undefined) await Deno.writeTextFile(certificatePath, certificate.certificatePem);
}

/** Which pair other programs see. */
function seen({ keyPath, certificatePath }: Paths): string {
  const text = (path: string) => namesIn(path.slice(0, -6)).includes(path.slice(-5)) ? Deno.readTextFileSync(path) : "";
  const name = (content: string, of: keyof TestCa) =>
    ["OLD", "NEW", "OTHER"].find((_, index) => [OLD, NEW, OTHER][index]?.[of] === content) ?? (content && "?");
  return `${name(text(keyPath), "keyPem")}/${name(text(certificatePath), "certificatePem")}`;
}

function faulty(fault?: Fault): FaultyFileSystem {
  return new FaultyFileSystem(fault, 1000);
}

/** Steps of an undisturbed change from OLD to NEW. */
async function steps(): Promise<string[]> {
  const fileSystem = faulty();
  await inFolder(async (folder) => {
    await put(pathsIn(folder), OLD, OLD);
    await writeKeyPair({ ...pathsIn(folder), ...NEW }, fileSystem);
    assert.equal(seen(pathsIn(folder)), "NEW/NEW");
    assert.deepEqual(namesIn(folder), ["c.pem", "k.pem"]);
  });
  return fileSystem.steps;
}

async function isKilled(action: Promise<unknown>): Promise<boolean> {
  return await action.then(() => false, (error) => /killed/.test(String(error)) || assert.fail(error));
}

/**
 * Kills the writing of NEW over what `prepare` made at its first step, its second, … until it has fewer, and calls
 * `action`.
 */
async function forEveryKill(
  prepare: (paths: Paths) => Promise<void>,
  action: (paths: Paths, step: number) => Promise<void>,
) {
  let killed = true;
  for (let step = 1; killed; step++) {
    await inFolder(async (folder) => {
      const paths = pathsIn(folder);
      await prepare(paths);
      killed = await isKilled(writeKeyPair({ ...paths, ...NEW }, faulty({ step, kind: "kill" })));
      await action(paths, step);
    });
  }
}

Deno.test("writeKeyPair() has nothing but two renames between the old and the new pair", async () => {
  const names = (await steps()).map((step) => step.replace(/\S*\//, ""));
  const first = names.indexOf("rename k.pem");
  assert.equal(names[first + 1], "rename c.pem");
  assert.ok(names.indexOf("rename k.pem.pending") < first);
});

Deno.test("readKeyPair() and recoverKeyPair() give the old or the new pair after a kill at any step", async () => {
  const results = new Set<string>();
  await forEveryKill((paths) => put(paths, OLD, OLD), async (paths, step) => {
    const pair = await readKeyPair(paths);
    assert.ok([OLD.keyPem, NEW.keyPem].includes(pair.keyPem), `killed at step ${step}`);
    const before = seen(paths);
    const recovery = await recoverKeyPair(paths);
    results.add(`${before} ${recovery} ${seen(paths)}`);
    assert.match(seen(paths), /^(OLD\/OLD|NEW\/NEW)$/, `killed at step ${step}`);
    await readKeyPair(paths);
    assert.equal(await recoverKeyPair(paths), "none");
  });
  assert.deepEqual([...results], [
    "OLD/OLD none OLD/OLD",
    "OLD/OLD finished NEW/NEW",
    "NEW/OLD finished NEW/NEW",
    "NEW/NEW finished NEW/NEW",
    "NEW/NEW none NEW/NEW",
  ]);
});

Deno.test("recoverKeyPair() completes a first pair, beside a key that was there already or not", async () => {
  for (const before of [undefined, NEW, OTHER]) {
    await forEveryKill((paths) => put(paths, before), async (paths, step) => {
      const untouched = seen(paths);
      const recovery = await recoverKeyPair(paths);
      assert.equal(seen(paths), recovery === "none" ? untouched : "NEW/NEW", `killed at step ${step}`);
      assert.match(seen(paths), before === undefined ? /^(\/|NEW\/NEW)$/ : /^((OTHER|NEW)\/|NEW\/NEW)$/);
    });
  }
});

Deno.test("recoverKeyPair() survives being killed at any step itself", async () => {
  let killed = true;
  for (let step = 1; killed; step++) {
    await inFolder(async (folder) => {
      const paths = pathsIn(folder);
      await leaveJournal(paths);
      killed = await isKilled(recoverKeyPair(paths, faulty({ step, kind: "kill" })));
      assert.equal((await readKeyPair(paths)).keyPem, NEW.keyPem);
      await recoverKeyPair(paths);
      assert.equal(seen(paths), "NEW/NEW", `killed at step ${step}`);
    });
  }
});

/** A change from OLD to NEW that was killed between the two renames. */
async function leaveJournal(paths: Paths): Promise<void> {
  await put(paths, OLD, OLD);
  const step = (await steps()).findIndex((name) => name.endsWith("c.pem") && name.startsWith("rename")) + 1;
  await assert.rejects(writeKeyPair({ ...paths, ...NEW }, faulty({ step, kind: "kill" })), /killed/);
  assert.equal(seen(paths), "NEW/OLD");
}

Deno.test("recoverKeyPair() judges by what stands there now", async () => {
  const reissued = await newCa({ key: NEW.key });
  const cases: [name: string, change: (paths: Paths) => Promise<void>, recovery: string, seen: string][] = [
    ["nothing changed", () => Promise.resolve(), "finished", "NEW/NEW"],
    ["another pair was put there", (paths) => put(paths, OTHER, OTHER), "discarded", "OTHER/OTHER"],
    ["another key was put there", (paths) => put(paths, OTHER), "discarded", "OTHER/OLD"],
    ["the old pair was put back", (paths) => put(paths, OLD, OLD), "finished", "NEW/NEW"],
    ["a certificate of the key was put there", (paths) => put(paths, undefined, reissued), "discarded", "NEW/?"],
    ["a useless certificate was put there", (paths) => put(paths, undefined, OTHER), "finished", "NEW/NEW"],
    ["the certificate was removed", (paths) => Deno.remove(paths.certificatePath), "finished", "NEW/NEW"],
    ["the key was removed", (paths) => Deno.remove(paths.keyPath), "discarded", "/OLD"],
  ];
  for (const [name, change, recovery, result] of cases) {
    await inFolder(async (folder) => {
      const paths = pathsIn(folder);
      await leaveJournal(paths);
      await change(paths);
      assert.equal(await recoverKeyPair(paths), recovery, name);
      assert.equal(seen(paths), result, name);
      assert.ok(!namesIn(folder).includes("k.pem.pending"), name);
    });
  }
});

Deno.test("writeKeyPair() leaves the old pair and nothing else when any step up to the last rename fails", async () => {
  const last = (await steps()).findIndex((name) => name.endsWith("c.pem") && name.startsWith("rename")) + 1;
  for (let step = 1; step <= last; step++) {
    await inFolder(async (folder) => {
      const paths = pathsIn(folder);
      await put(paths, OLD, OLD);
      const fileSystem = faulty({ step, kind: "error" });
      await assert.rejects(writeKeyPair({ ...paths, ...NEW }, fileSystem), {
        code: "file",
        message: /no space left on device$/,
      });
      assert.equal(seen(paths), "OLD/OLD", `failed at step ${step}`);
      assert.deepEqual(namesIn(folder), ["c.pem", "k.pem"], `failed at step ${step}`);
    });
  }
});

Deno.test("writeKeyPair() completes an earlier change before it begins its own", () =>
  inFolder(async (folder) => {
    await leaveJournal(pathsIn(folder));
    await writeKeyPair({ ...pathsIn(folder), ...OTHER });
    assert.equal(seen(pathsIn(folder)), "OTHER/OTHER");
    assert.equal(await recoverKeyPair(pathsIn(folder)), "none");
  }));

Deno.test("writeKeyPair() gives new keys and the journal 0600, and keeps the modes of what exists", () =>
  inFolder(async (folder) => {
    const paths = pathsIn(folder);
    await writeKeyPair({ ...paths, ...OLD });
    assert.equal(modeOf(paths.keyPath), "600");
    await Deno.chmod(paths.keyPath, 0o440);
    await Deno.chmod(paths.certificatePath, 0o664);
    await leaveJournalOver(paths);
    assert.equal(modeOf(`${paths.keyPath}.pending`), "600");
    await recoverKeyPair(paths);
    assert.deepEqual([modeOf(paths.keyPath), modeOf(paths.certificatePath)], ["440", "664"]);
  }));

async function leaveJournalOver(paths: Paths): Promise<void> {
  const step = (await steps()).findIndex((name) => name.endsWith("k.pem") && name.startsWith("rename")) + 1;
  await assert.rejects(writeKeyPair({ ...paths, ...NEW }, faulty({ step, kind: "kill" })), /killed/);
}

Deno.test("writeKeyPair() and readKeyPair() take one file for both, also under two names", () =>
  inFolder(async (folder) => {
    await Deno.symlink("both.pem", `${folder}/k.pem`);
    await Deno.mkdir(`${folder}/sub`);
    for (const keyPath of [`${folder}/both.pem`, `${folder}/k.pem`, `${folder}/sub/../both.pem`]) {
      const paths = { keyPath, certificatePath: `${folder}/both.pem` };
      await writeKeyPair({ ...paths, ...NEW });
      assert.equal(await Deno.readTextFile(`${folder}/both.pem`), NEW.keyPem + NEW.certificatePem);
      assert.equal((await readKeyPair(paths)).certificatePem, NEW.certificatePem);
      assert.equal(modeOf(`${folder}/both.pem`), "600");
    }
    assert.deepEqual(namesIn(folder), ["both.pem", "k.pem", "sub"]);
  }));

Deno.test("writeKeyPair() writes through links and keeps the journal beside the real key", () =>
  inFolder(async (folder) => {
    await Deno.mkdir(`${folder}/real`);
    await Deno.symlink("real/k.pem", `${folder}/k.pem`);
    await Deno.symlink("real/c.pem", `${folder}/c.pem`);
    await writeKeyPair({ ...pathsIn(folder), ...OLD });
    await leaveJournalOver(pathsIn(folder));
    assert.deepEqual(namesIn(`${folder}/real`).filter((name) => !name.startsWith(".")), [
      "c.pem",
      "k.pem",
      "k.pem.pending",
    ]);
    assert.equal(
      await recoverKeyPair({ keyPath: `${folder}/real/k.pem`, certificatePath: `${folder}/c.pem` }),
      "finished",
    );
    assert.equal(seen(pathsIn(folder)), "NEW/NEW");
  }));

Deno.test("writeKeyPair() refuses a pair that does not belong together", () =>
  inFolder(async (folder) => {
    const mismatch = { keyPem: OLD.keyPem, certificatePem: NEW.certificatePem };
    await assert.rejects(writeKeyPair({ ...pathsIn(folder), ...mismatch }), {
      code: "file",
      message: `cannot use ${folder}/c.pem: the certificate is for another key than the one in ${folder}/k.pem`,
    });
    assert.deepEqual(namesIn(folder), []);
  }));

Deno.test("writeKeyPair() neither uses nor overwrites a foreign file where its journal belongs", () =>
  inFolder(async (folder) => {
    for (const text of ["", "{}", OLD.keyPem, "\xff"]) {
      await Deno.writeTextFile(`${folder}/k.pem.pending`, text);
      const error = await writeKeyPair({ ...pathsIn(folder), ...NEW }).then(() => assert.fail(), (error) => error);
      assert.ok(error instanceof CaucaseError && error.code === "file");
      assert.equal(
        error.message,
        `cannot use ${await Deno.realPath(folder)}/k.pem.pending: it is not a journal of caucase`,
      );
      assert.equal(error.cause, undefined);
      assert.equal(await Deno.readTextFile(`${folder}/k.pem.pending`), text);
    }
  }));

Deno.test("readKeyPair() says what is missing or does not fit", () =>
  inFolder(async (folder) => {
    const cases: [key: TestCa | undefined, certificate: TestCa | undefined, message: RegExp][] = [
      [undefined, undefined, /^cannot use .*k\.pem: it does not exist$/],
      [OLD, undefined, /^cannot use .*c\.pem: it does not exist$/],
      [undefined, NEW, /^cannot use .*c\.pem: the certificate is for another key than the one in .*k\.pem$/],
    ];
    for (const [key, certificate, message] of cases) {
      await put(pathsIn(folder), key, certificate);
      await assert.rejects(readKeyPair(pathsIn(folder)), { code: "file", message });
    }
    const swapped = { keyPath: `${folder}/c.pem`, certificatePath: `${folder}/k.pem` };
    await assert.rejects(readKeyPair(swapped), { code: "file", message: /c\.pem: it holds no private key$/ });
  }));
