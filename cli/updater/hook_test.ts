import assert from "node:assert/strict";
import { CaucaseError } from "../../core/errors.ts";
import { tempFolder } from "../../tests/support/temp_folder.ts";
import { type HookRun, runHookOnce } from "./hook.ts";

function run(command: string, more: Partial<HookRun> = {}): Promise<void> {
  const changes = [{ path: "/x/a b.pem", reason: "certificate" }, { path: "/x/crl", reason: "crl" }] as const;
  return runHookOnce({ command, changes, timeLimit: 60, signal: new AbortController().signal, ...more });
}

Deno.test("runHookOnce() tells the command line by line what changed and why", async () => {
  await using folder = await tempFolder();
  await run(`printf '%s\\n--\\n%s\\n' "$CAUCASE_CHANGED" "$CAUCASE_REASONS" > ${folder.path}/told`);
  assert.equal(await Deno.readTextFile(`${folder.path}/told`), "/x/a b.pem\n/x/crl\n--\ncertificate\ncrl\n");
});

Deno.test("runHookOnce() reports how the command failed", async () => {
  const cases: [command: string, reason: RegExp][] = [
    ["exit 7", /ended with status 7/],
    ["kill -KILL $$", /ended by SIGKILL/],
    ["/no/such/command 2> /dev/null", /ended with status 127/],
  ];
  for (const [command, reason] of cases) {
    const failed = (error: unknown) => error instanceof CaucaseError && reason.test(error.message);
    await assert.rejects(run(command), failed, command);
  }
});

Deno.test("runHookOnce() ends a command that takes too long, with all that it started", async () => {
  await using folder = await tempFolder();
  const command = `sleep 600 & echo $! > ${folder.path}/pid; wait`;
  await assert.rejects(run(command, { timeLimit: 0.5 }), /took longer than 0.5 s/);
  assert.ok(await isGone(Number(await Deno.readTextFile(`${folder.path}/pid`))));
});

Deno.test("runHookOnce() waits for a command that it is not permitted to end", async () => {
  const { kill } = Deno;
  Deno.kill = () => {
    throw new Deno.errors.PermissionDenied("Operation not permitted");
  };
  try {
    await assert.rejects(run("sleep 0.5", { timeLimit: 0.1 }), /took longer than 0.1 s/);
  } finally {
    Deno.kill = kill;
  }
});

Deno.test("runHookOnce() ends the shell alone where the runtime permits no more", async () => {
  const { kill } = Deno;
  Deno.kill = () => {
    throw new Deno.errors.NotCapable("Requires run access");
  };
  try {
    await assert.rejects(run("exec sleep 600", { timeLimit: 0.1 }), /took longer than 0.1 s/);
  } finally {
    Deno.kill = kill;
  }
});

Deno.test("runHookOnce() ends the command with the updater", async () => {
  const stop = new AbortController();
  const hook = run("sleep 600", { signal: stop.signal });
  stop.abort();
  await assert.rejects(hook, /stopped with the updater/);
});

/** Whether that process has ended, zombies included: nobody may be left to reap it. */
async function isGone(pid: number): Promise<boolean> {
  for (let attempt = 0; attempt < 100; attempt++) {
    const status = await Deno.readTextFile(`/proc/${pid}/status`).catch(() => "State:\tX");
    if (/^State:\s+[XZ]/m.test(status)) return true;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return false;
}
