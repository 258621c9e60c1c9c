import assert from "node:assert/strict";
import { runCommand, RunningProcess, withUmask } from "./process.ts";
import { tempFolder } from "./temp_folder.ts";

const cwd = Deno.cwd();

Deno.test("runCommand() gives status and both outputs when the command ends", async () => {
  const outcome = await runCommand(["sh", "-c", "cat; echo to-err >&2; exit 3"], { cwd, input: "fed" });
  assert.deepEqual(outcome, { status: 3, out: "fed", err: "to-err\n" });
});

Deno.test("runCommand() kills the command and says so when it takes too long", async () => {
  await assert.rejects(runCommand(["sleep", "60"], { cwd, timeoutMs: 50 }), /did not end within 50 ms/);
});

Deno.test("runCommand() adds to the environment", async () => {
  const outcome = await runCommand(["sh", "-c", 'echo "$GREETING"'], { cwd, env: { GREETING: "hello" } });
  assert.equal(outcome.out, "hello\n");
});

Deno.test("withUmask() decides the mode of new files", async () => {
  await using folder = await tempFolder();
  await runCommand(withUmask("027", ["touch", "file"]), { cwd: folder.path });
  const { mode } = await Deno.stat(`${folder.path}/file`);
  assert.equal((mode ?? 0) & 0o777, 0o640);
});

Deno.test("RunningProcess.waitFor() resolves once the text was written, also when that was before", async () => {
  await using process = new RunningProcess(["sh", "-c", "echo ready; exec sleep 60"], { cwd });
  await process.waitFor("ready");
  await process.waitFor("ready");
  assert.equal(process.written.out, "ready\n");
});

Deno.test("RunningProcess.waitFor() rejects with the output when the process ends first", async () => {
  await using process = new RunningProcess(["sh", "-c", "echo broken >&2"], { cwd });
  await assert.rejects(process.waitFor("ready"), /ended before it wrote "ready"\nbroken/);
});

Deno.test("RunningProcess.stop() tells how the process ended, also when it had ended before", async () => {
  await using process = new RunningProcess(["sh", "-c", "exit 4"], { cwd });
  await process.ended;
  assert.equal((await process.stop()).status, 4);
});

Deno.test("RunningProcess.stop() kills a process that ignores the signal", async () => {
  await using process = new RunningProcess(["sh", "-c", "trap '' TERM; echo ready; while :; do sleep 0.1; done"], {
    cwd,
  });
  await process.waitFor("ready");
  assert.equal((await process.stop("SIGTERM", 100)).status, 128 + 9);
});

Deno.test("RunningProcess is killed when its block ends", async () => {
  let process: RunningProcess;
  {
    await using held = new RunningProcess(["sleep", "60"], { cwd });
    process = held;
  }
  assert.equal((await process.ended).status, 128 + 9);
});
