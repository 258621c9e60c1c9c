/** Who could read a host's files before a renewal can read them after it, or it is said: real files and processes. */
import assert from "node:assert/strict";
import { OUR_PROGRAM, startServer } from "../support/server_process.ts";
import { attributesOf, giveAttributes, HAS_ATTRIBUTES, takeAttributes } from "../support/file_attributes.ts";
import { DAY, NOW } from "../support/issuing.ts";
import { runCommand } from "../support/process.ts";
import { runServer, type TestServer } from "../support/running_server.ts";
import { tempFolder } from "../support/temp_folder.ts";
import * as files from "./updater_machine.ts";

const DUE = NOW + 63 * DAY;
const RULES = { validityDays: 93, maxPending: 3, autoApproveCount: 10 };
const ALL = "access list, attribute";

Deno.test({
  name: "updater keeps access lists, extended attributes, modes and owners of all files that it replaces",
  ignore: !HAS_ATTRIBUTES,
  async fn() {
    await using folder = await tempFolder();
    await using server = await runServer({ serve: { service: RULES } });
    const entry = { ...files.filesIn(folder.path, `http://127.0.0.1:${server.port}`), key: `${folder.path}/key.pem` };
    await files.runWell({ folder: folder.path, entry, machine: { now: NOW } });
    const paths = [entry.key, entry.crt, entry.crl, `${entry.crt}.caucase-updater.json`].map(String);
    const isRoot = Deno.uid() === 0;
    for (const path of paths) {
      await Deno.chmod(path, 0o640);
      await giveAttributes(path);
      if (isRoot) await Deno.chown(path, 1, 2);
    }
    const before = await Promise.all(paths.map((path) => Deno.readTextFile(path)));
    server.clock.set(DUE);
    await files.runWell({ folder: folder.path, entry, machine: { now: DUE } });
    for (const [index, path] of paths.entries()) {
      assert.notEqual(await Deno.readTextFile(path), before[index], `${path} was replaced`);
      assert.equal(await attributesOf(path), ALL, path);
      const { mode, uid, gid } = await Deno.stat(path);
      assert.equal((mode ?? 0) & 0o777, 0o640, path);
      if (isRoot) assert.deepEqual([uid, gid], [1, 2], path);
    }
    assert.deepEqual((await statusOf({ folder: folder.path, entry, machine: { now: DUE } })).lostRights, []);
  },
});

Deno.test({
  name: "caucase, with the permissions that it has, keeps the attributes of a key that it renews",
  ignore: !HAS_ATTRIBUTES,
  async fn() {
    await using folder = await tempFolder();
    await using server = await startServer({ folder: folder.path, options: ["--service-auto-approve-count", "1"] });
    const entry = files.filesIn(folder.path, server.url);
    await files.runWell({ folder: folder.path, entry });
    const { crt = "", ca = "", crl = "" } = entry;
    await giveAttributes(crt);
    const before = await Deno.readTextFile(crt);
    const options = ["--ca-url", server.url, "--ca-crt", ca, "--crl", crl, "--threshold", "94"];
    const renewal = [...OUR_PROGRAM, "client", ...options, "--renew-crt", crt, ""];
    const { status, err } = await runCommand(renewal, { cwd: folder.path });
    assert.deepEqual([status, err], [0, ""]);
    assert.notEqual(await Deno.readTextFile(crt), before);
    assert.equal(await attributesOf(crt), ALL);
  },
});

/** Mounts are private to the command and need no rights where user namespaces are allowed. */
const MOUNTS = (await runCommand(["unshare", "-rm", "true"], { cwd: "/" }).catch(() => undefined))?.status === 0;

/** A host whose certificate is due, and a line of shell for a machine whose `cp` does nothing but complain. */
async function hostWithCp(folder: string, server: TestServer, complaint: string): Promise<files.Settings> {
  const host = `${folder}/host`;
  await Deno.mkdir(host);
  const entry = files.filesIn(host, `http://127.0.0.1:${server.port}`);
  await files.runWell({ folder: host, entry, machine: { now: NOW } });
  server.clock.set(DUE);
  await Deno.writeTextFile(`${folder}/cp`, `#!/bin/sh\necho "cp: ${complaint}" >&2\nexit 1\n`, { mode: 0o755 });
  const mounting = `mount --bind ${folder}/cp "$(readlink -f "$(command -v cp)")" && exec "$@"`;
  return { folder: host, entry, machine: { now: DUE }, shell: `unshare -rm sh -c '${mounting}' sh "$@"` };
}

Deno.test({
  name: "updater says at once, and in --status until it was mended, that a file lost its access list",
  ignore: !MOUNTS || !HAS_ATTRIBUTES,
  async fn() {
    await using folder = await tempFolder();
    await using server = await runServer({ serve: { service: RULES } });
    const complaint = "setting attributes for '/proc/self/fd/1': Operation not permitted";
    const { shell = "", ...settings } = await hostWithCp(folder.path, server, complaint);
    const { crt = "" } = settings.entry;
    const { err } = await files.runOnce({ ...settings, shell });
    const said = err.split("\n").filter((line) => line.includes("warning") && line.includes(`the new ${crt} `));
    assert.equal(said.length, 1, err);
    assert.match(said[0] ?? "", /did not get the old one's access list, .*Operation not permitted\); set it again/);
    const lost = async () => {
      const { healthy, lostRights } = await statusOf(settings);
      return { healthy, paths: lostRights.map(({ path }) => path) };
    };
    assert.ok((await lost()).paths.includes(crt));
    assert.equal((await lost()).healthy, false);
    // Another run, which replaces it no more, does not forget it; nor does one that replaces it.
    await files.runWell({ ...settings, machine: { now: DUE + 300 } });
    server.clock.set(DUE + 63 * DAY);
    await files.runWell({ ...settings, machine: { now: DUE + 63 * DAY } });
    assert.ok((await lost()).paths.includes(crt));
    for (const path of (await lost()).paths) await giveAttributes(path);
    assert.deepEqual((await lost()).paths, []);
    await takeAttributes(crt);
  },
});

Deno.test({
  name: "updater says once in a run that no cp of GNU coreutils can tell what files had",
  ignore: !MOUNTS,
  async fn() {
    await using folder = await tempFolder();
    await using server = await runServer({ serve: { service: RULES } });
    const complaint = "unrecognized option '--attributes-only'";
    const { shell = "", ...settings } = await hostWithCp(folder.path, server, complaint);
    const { err, status } = await files.runOnce({ ...settings, shell });
    assert.equal(status, 0, err);
    assert.equal(err.split("\n").filter((line) => line.includes(" warning ")).length, 1, err);
    assert.match(err, /if it had any \(no cp of GNU coreutils can tell: unrecognized option/);
    const { healthy, lostRights } = await statusOf(settings);
    assert.equal(healthy, true, "nobody is known to be locked out");
    assert.ok(lostRights.length > 0 && lostRights.every(({ certain }) => !certain));
  },
});

interface Lost {
  readonly healthy: boolean;
  readonly lostRights: readonly { readonly path: string; readonly certain: boolean }[];
}

/** What `--status` tells of rights, and whether its exit status is 0. */
async function statusOf(settings: files.Settings): Promise<Lost> {
  const { status, out, err } = await files.startUpdater(settings, "--status").ended;
  assert.ok(status <= 1, err);
  const [entry]: Pick<Lost, "lostRights">[] = JSON.parse(out);
  assert.ok(entry);
  return { healthy: status === 0, lostRights: entry.lostRights };
}
