/** Durable writes by real processes: killed at any moment, on full and read-only disks, under any umask. */
import assert from "node:assert/strict";
import { recoverKeyPair, writeKeyPair } from "../../core/host/key_pair_change.ts";
import { readKeyPair } from "../../core/host/key_pair_file.ts";
import { isTemporaryName } from "../../core/host/prepared_file.ts";
import { makePair, modeOf, namesIn } from "../support/host_material.ts";
import { type Outcome, runCommand, RunningProcess, withUmask } from "../support/process.ts";
import { type TempFolder, tempFolder } from "../support/temp_folder.ts";

const WRITER = new URL("./host_writer.ts", import.meta.url).pathname;
const CONFIG = new URL("../../deno.json", import.meta.url).pathname;
const OLD = "old".repeat(10_000);

function writer(action: string, path: string): readonly string[] {
  return [Deno.execPath(), "run", "--quiet", "--config", CONFIG, "-A", WRITER, action, path];
}

function run(command: readonly string[]): Promise<Outcome> {
  return runCommand(command, { cwd: "/", env: { NO_COLOR: "1" } });
}

/** A shell line before the command, which is `"$@"` in it. */
function inShell(line: string, command: readonly string[]): readonly string[] {
  return ["sh", "-c", line, "sh", ...command];
}

/** Waits until `path` holds something that was not seen yet, judging all that it sees by `check`. */
async function waitForNews(path: string, seen: Set<string>, check: (text: string) => void): Promise<void> {
  for (const before = seen.size; seen.size === before;) {
    const text = await Deno.readTextFile(path);
    check(text);
    seen.add(text);
  }
}

/** A folder `files` with an old key pair in it, and `pairs.json` beside it: the old pair and a new one. */
async function pairFolder(): Promise<
  { folder: TempFolder; files: string; paths: { keyPath: string; certificatePath: string } }
> {
  const folder = await tempFolder();
  const files = `${folder.path}/files`;
  await Deno.mkdir(files);
  const pairs = [await makePair(), await makePair()].map(({ keyPem, certificatePem }) => ({ keyPem, certificatePem }));
  await Deno.writeTextFile(`${folder.path}/pairs.json`, JSON.stringify(pairs));
  const paths = { keyPath: `${files}/k.pem`, certificatePath: `${files}/c.pem` };
  if (pairs[0] !== undefined) await writeKeyPair({ ...paths, ...pairs[0] });
  return { folder, files, paths };
}

Deno.test("writeFileDurably() gives a private file 0600 whatever the umask", async () => {
  for (const umask of ["000", "022", "077", "777"]) {
    await using folder = await tempFolder();
    assert.equal((await run(withUmask(umask, writer("once", `${folder.path}/f`)))).out, "done\n");
    assert.equal(modeOf(`${folder.path}/f`), "600", `umask ${umask}`);
  }
});

Deno.test("writeFileDurably() is never seen half, by a reader or after a kill", async () => {
  await using folder = await tempFolder();
  const path = `${folder.path}/f`;
  await Deno.writeTextFile(path, "a".repeat(40_000));
  const check = (text: string) => assert.match(text, /^([a-z])\1{39999}$/);
  for (let round = 0; round < 4; round++) {
    await using process = new RunningProcess(writer("generations", path), { cwd: "/" });
    const seen = new Set([await Deno.readTextFile(path)]);
    for (let news = 0; news < 5 + round; news++) await waitForNews(path, seen, check);
    process.signal("SIGKILL");
    await process.ended;
    check(await Deno.readTextFile(path));
  }
  const others = namesIn(folder.path).filter((name) => name !== "f");
  assert.ok(others.length <= 4 && others.every(isTemporaryName), others.join());
});

Deno.test("writeKeyPair() is never read as a mismatched pair, and is repaired by the next start after a kill", async () => {
  const { folder, files, paths } = await pairFolder();
  await using _ = folder;
  for (let round = 0; round < 4; round++) {
    await using process = new RunningProcess(writer("pairs", files), { cwd: "/" });
    const seen = new Set<string>([(await readKeyPair(paths)).keyPem]);
    while (seen.size < 2) seen.add((await readKeyPair(paths)).keyPem);
    process.signal("SIGKILL");
    await process.ended;
    const { keyPem, certificatePem } = await readKeyPair(paths);
    const recovery = await recoverKeyPair(paths);
    const now = await readKeyPair(paths);
    if (recovery === "none") assert.deepEqual([now.keyPem, now.certificatePem], [keyPem, certificatePem]);
    assert.equal(await Deno.readTextFile(paths.keyPath), now.keyPem);
    assert.equal(await Deno.readTextFile(paths.certificatePath), now.certificatePem);
  }
});

Deno.test("writeFileDurably() keeps the file when the system lets it grow no further", async () => {
  await using folder = await tempFolder();
  const path = `${folder.path}/f`;
  await Deno.writeTextFile(path, OLD);
  const limit = (line: string) => run(inShell(`${line}; ulimit -f 8; exec "$@"`, writer("once", path)));
  const refused = await limit("trap '' XFSZ");
  assert.equal(refused.out, `file: cannot write ${path}: file too large\n`);
  assert.deepEqual(namesIn(folder.path), ["f"]);
  assert.equal(await Deno.readTextFile(path), OLD);
});

/** Mounts are private to the command and need no rights where user namespaces are allowed. */
const MOUNTS = (await run(["unshare", "-rm", "true"]).catch(() => undefined))?.status === 0;
if (!MOUNTS) console.log("left out: a full and a read-only disk (unshare -rm does not work here)");

Deno.test({
  name: "writeKeyPair() keeps the old pair on a full disk, and works again when there is room",
  ignore: !MOUNTS,
  async fn() {
    const { folder, files } = await pairFolder();
    await using _ = folder;
    const script = `set -e
      mount -t tmpfs -o size=64k none ${files}/mnt && cp ${files}/*.pem ${files}/mnt && cd ${files}/mnt
      cat /dev/zero > filler 2>/dev/null || true
      "$@"
      cmp k.pem ../k.pem; cmp c.pem ../c.pem; ls -A; rm filler
      "$@"
      ls -A; cmp -s k.pem ../k.pem || echo new key`;
    await Deno.mkdir(`${files}/mnt`);
    await Deno.copyFile(`${folder.path}/pairs.json`, `${files}/pairs.json`);
    const { out, err } = await run(["unshare", "-rm", ...inShell(script, writer("pair", `${files}/mnt`))]);
    const lines = out.trim().split("\n");
    assert.match(lines[0] ?? "", /^file: cannot write .*\.pem(\.pending)?: no space left on device$/, err);
    assert.deepEqual(lines.slice(1), ["c.pem", "filler", "k.pem", "done", "c.pem", "k.pem", "new key"], err);
  },
});

Deno.test({
  name: "readKeyPair() reads from a read-only disk, writeKeyPair() says that it is one",
  ignore: !MOUNTS,
  async fn() {
    const { folder, files } = await pairFolder();
    await using _ = folder;
    const script = `mount --bind ${files} ${files} && mount -o remount,bind,ro ${files} && exec "$@"`;
    const readOnly = (action: string) => run(["unshare", "-rm", ...inShell(script, writer(action, files))]);
    assert.equal((await readOnly("read")).out, "done\n");
    assert.match((await readOnly("pair")).out, /^file: cannot write .*\/files\/k\.pem: read-only file system\n$/);
    assert.deepEqual(namesIn(files), ["c.pem", "k.pem"]);
  },
});
