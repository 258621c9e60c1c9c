/** The updater among other processes: signals, a second updater, hooks that fail or never end. */
import assert from "node:assert/strict";
import { DAY, NOW } from "../support/issuing.ts";
import { runCommand } from "../support/process.ts";
import { runServer, type TestServer } from "../support/running_server.ts";
import { tempFolder } from "../support/temp_folder.ts";
import { Relay } from "./relay.ts";
import * as files from "./updater_machine.ts";

const DUE = NOW + 63 * DAY;
const RULES = { validityDays: 93, maxPending: 3, autoApproveCount: 10 };

function newHost(
  { port }: Pick<TestServer, "port">,
  folder: string,
  entry: files.Settings["entry"] = {},
): files.Settings {
  const caUrl = `http://127.0.0.1:${port}`;
  return { folder, entry: { ...files.filesIn(folder, caUrl), ...entry }, machine: { now: NOW } };
}

Deno.test("updater refuses files that another one keeps, until that one is gone, however it went", async () => {
  await using folder = await tempFolder();
  await using server = await runServer({ serve: { service: RULES } });
  const settings = newHost(server, folder.path);
  await using first = files.startUpdater(settings);
  await files.sleepsAfter(first, 0);
  const { status, err } = await files.runOnce(settings);
  assert.equal(status, 1);
  assert.match(err, /another updater keeps .*crt\.pem up to date: it holds .*crt\.pem\.caucase-updater\.lock/);
  await first.stop("SIGKILL");
  await files.runWell(settings);
});

Deno.test("updater ends with status 0 when SIGTERM comes between any request and its answer, or after it", async () => {
  await using folder = await tempFolder();
  await using server = await runServer({ serve: { service: RULES } });
  await files.runWell(newHost(server, `${folder.path}`));
  await files.copyFiles(folder.path, `${folder.path}/due`);
  server.clock.set(DUE);
  for (const moment of ["caChain", "crls", "renew"].keys()) {
    for (const when of ["before", "after"] as const) {
      await files.copyFiles(`${folder.path}/due`, folder.path);
      await using relay = new Relay(server.port);
      const { entry } = newHost({ port: Number(new URL(relay.url).port) }, folder.path);
      await using updater = files.startUpdater({ folder: folder.path, entry, machine: { now: DUE } });
      relay.trouble = (answer) => {
        const isTheMoment = relay.asked.length === moment + 1;
        if (isTheMoment) updater.signal("SIGTERM");
        return isTheMoment && when === "before" ? { bytes: "", stayOpen: true } : { bytes: answer };
      };
      const { status, err } = await updater.ended;
      assert.equal(status, 0, `${when} answer ${moment}: ${err}`);
      assert.ok(await files.fitsForOthers(entry));
      await files.runWell({ folder: folder.path, entry, machine: { now: DUE + 300 } });
    }
  }
});

Deno.test("updater runs a hook that failed again after a restart, with the same reasons, until it succeeds", async () => {
  await using folder = await tempFolder();
  await using server = await runServer({ serve: { service: RULES } });
  const settings = newHost(server, folder.path, { onRenew: `${files.HOOK}; test -e works` });
  const log = () => files.textOf(`${folder.path}/hook.log`);
  {
    await using updater = files.startUpdater(settings);
    await files.sleepsAfter(updater, 0);
    assert.match(updater.written.err, /warning .*the --on-renew command failed: it ended with status 1/);
    assert.equal((await updater.stop()).status, 0, "it had gone on");
  }
  assert.equal(await log(), "ca crl certificate\n");
  await Deno.writeTextFile(`${folder.path}/works`, "");
  for (const _start of ["first", "second"]) {
    await files.runWell(settings);
    assert.equal(await log(), "ca crl certificate\nca crl certificate\n");
  }
});

Deno.test("updater ends with status 3 after a failed hook for those who want that", async () => {
  await using folder = await tempFolder();
  await using server = await runServer({ serve: { service: RULES } });
  await using updater = files.startUpdater(
    newHost(server, folder.path, { onRenew: "exit 5", exitOnHookFailure: true }),
  );
  assert.equal((await updater.ended).status, 3);
});

Deno.test("updater ends a hook that takes too long, with all that it started, though they ignore SIGTERM", async () => {
  await using folder = await tempFolder();
  await using server = await runServer({ serve: { service: RULES } });
  const onRenew = "trap '' TERM; sleep 600 & echo $! > pid; wait";
  const { status, err } = await files.runOnce(newHost(server, folder.path, { onRenew, hookTimeout: 1 }));
  assert.equal(status, 1);
  assert.match(err, /the --on-renew command failed: it took longer than 1 s/);
  assert.ok(await isGone(`${folder.path}/pid`));
});

Deno.test("updater ends with status 0 while its hook runs, and runs that again at the next start", async () => {
  await using folder = await tempFolder();
  await using server = await runServer({ serve: { service: RULES } });
  const onRenew = `${files.HOOK}; test -e works && exit; sleep 600 & echo $! > pid; echo started; wait`;
  const settings = newHost(server, folder.path, { onRenew });
  await using updater = files.startUpdater(settings);
  await updater.waitFor("started");
  assert.equal((await updater.stop()).status, 0);
  assert.ok(await isGone(`${folder.path}/pid`));
  await Deno.writeTextFile(`${folder.path}/works`, "");
  await files.runWell(settings);
  assert.equal(await files.textOf(`${folder.path}/hook.log`), "ca crl certificate\nca crl certificate\n");
});

/** Whether the process whose number is in a file has ended, or nothing but its exit status is left of it. */
async function isGone(pidPath: string): Promise<boolean> {
  const pid = (await Deno.readTextFile(pidPath)).trim();
  const { out } = await runCommand(["ps", "-o", "stat=", "-p", pid], { cwd: "/" });
  return out.trim() === "" || out.startsWith("Z");
}
