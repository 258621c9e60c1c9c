/** The updater as a real process on disks that are full, read-only, or let no file grow. */
import assert from "node:assert/strict";
import { DAY, NOW } from "../support/issuing.ts";
import { type Outcome, runCommand } from "../support/process.ts";
import { runServer, type TestServer } from "../support/running_server.ts";
import { tempFolder } from "../support/temp_folder.ts";
import * as files from "./updater_machine.ts";

const DUE = NOW + 63 * DAY;
const RULES = { validityDays: 93, maxPending: 3, autoApproveCount: 10 };

/** Mounts are private to the command and need no rights where user namespaces are allowed. */
const MOUNTS = (await runCommand(["unshare", "-rm", "true"], { cwd: "/" }).catch(() => undefined))?.status === 0;
if (!MOUNTS) console.log("left out: a full and a read-only disk (unshare -rm does not work here)");

/** A host that has just got its certificate from the server. */
async function newHost(server: TestServer, folder: string): Promise<files.Settings> {
  const key = `${folder}/key.pem`;
  const entry = { ...files.filesIn(folder, `http://127.0.0.1:${server.port}`), key, onRenew: files.HOOK };
  await Deno.mkdir(folder, { recursive: true });
  await files.runWell({ folder, entry, machine: { now: NOW } });
  return { folder, entry, machine: { now: NOW + 60 } };
}

/** One whose certificate is due by now. */
async function dueHost(server: TestServer, folder: string): Promise<files.Settings> {
  const settings = await newHost(server, folder);
  server.clock.set(DUE);
  return { ...settings, machine: { now: DUE } };
}

/** Runs `script` in `folder`, with mounts of its own; `"$@"` in it is the updater with `--once`. */
function inNamespace(settings: files.Settings, folder: string, script: string): Promise<Outcome> {
  return files.runOnce({ ...settings, folder, shell: `unshare -rm sh -c '${script}' sh "$@"` });
}

Deno.test("updater keeps the old pair where no file may grow, and renews once it may", async () => {
  await using folder = await tempFolder();
  await using server = await runServer({ serve: { service: RULES } });
  const settings = await dueHost(server, folder.path);
  const before = await files.fileNames(folder.path);
  const serial = await files.serialOf(settings.entry);
  const { status, err } = await files.runOnce({ ...settings, shell: `trap '' XFSZ; ulimit -f 1; exec "$@"` });
  assert.equal(status, 1);
  assert.match(err, /cannot write .*key\.pem\.renewing: file too large/);
  assert.equal(await files.serialOf(settings.entry), serial);
  assert.ok(await files.fitsForOthers(settings.entry));
  assert.deepEqual(await files.fileNames(folder.path), before);
  await files.runWell({ ...settings, machine: { now: DUE + 300 } });
  assert.notEqual(await files.serialOf(settings.entry), serial);
});

Deno.test({
  name: "updater keeps the old pair on a full disk, and renews when there is room",
  ignore: !MOUNTS,
  async fn() {
    await using folder = await tempFolder();
    await using server = await runServer({ serve: { service: RULES } });
    const settings = await dueHost(server, `${folder.path}/disk`);
    const script = `set -e
      cp -r disk old && mount -t tmpfs -o size=64k none disk && cp -p old/* disk && cd disk
      cat /dev/zero > filler 2>/dev/null || true
      "$@" || echo "status $?"
      cmp key.pem ../old/key.pem; cmp crt.pem ../old/crt.pem; LC_ALL=C ls -A; rm filler
      "$@"
      LC_ALL=C ls -A; cmp -s key.pem ../old/key.pem || echo new key`;
    const { out, err } = await inNamespace(settings, folder.path, script);
    const old = await files.fileNames(`${folder.path}/old`);
    const expected = ["status 1", ...[...old, "filler"].toSorted(), ...old, "new key"];
    assert.deepEqual(out.trim().split("\n"), expected, err);
    assert.match(err, /cannot write .*key\.pem\.renewing: no space left on device/);
  },
});

Deno.test({
  name: "updater says that a disk is read-only, and goes on",
  ignore: !MOUNTS,
  async fn() {
    await using folder = await tempFolder();
    await using server = await runServer({ serve: { service: RULES } });
    const settings = await dueHost(server, `${folder.path}/disk`);
    const script = 'mount --bind disk disk && mount -o remount,bind,ro disk && exec "$@"';
    const { status, err } = await inNamespace(settings, folder.path, script);
    assert.equal(status, 1);
    assert.match(err, /cannot write .*crl\.pem: read-only file system/);
    assert.match(err, /cannot write .*key\.pem\.renewing: read-only file system/);
    assert.ok(await files.fitsForOthers(settings.entry));
  },
});

Deno.test({
  name:
    "updater says once that a full disk takes no word of what it remembers, and ends with status 1, though nothing was due",
  ignore: !MOUNTS,
  async fn() {
    await using folder = await tempFolder();
    await using server = await runServer({ serve: { service: RULES } });
    const settings = await newHost(server, `${folder.path}/disk`);
    const script = `cp -r disk old && mount -t tmpfs -o size=64k none disk && cp -p old/* disk && cd disk
      cat /dev/zero > filler 2>/dev/null || true
      "$@"`;
    const { status, err } = await inNamespace(settings, folder.path, script);
    const complaints = err.split("\n").filter((line) => line.includes("no space left on device"));
    assert.equal(complaints.length, 1, err);
    assert.match(complaints[0] ?? "", /cannot write .*caucase-updater\.json: no space left on device/);
    assert.equal(status, 1);
  },
});
