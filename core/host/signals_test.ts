import assert from "node:assert/strict";

/**
 * Runs `script` in a process of its own: signals concern whole processes. It prints; exit status or signal ends the
 * lines.
 */
async function runScript(script: string): Promise<string[]> {
  const source = `import { onReload, onStopSignals } from "${new URL("./signals.ts", import.meta.url)}";
    const send = async (name) => { Deno.kill(Deno.pid, name); for (let i = 0; i < 100; i++) await new Promise((r) => setTimeout(r, 0)); };
    ${script}`;
  const url = `data:application/typescript,${encodeURIComponent(source)}`;
  const args = ["run", "-A", "--no-config", url];
  const { stdout, code, signal } = await new Deno.Command(Deno.execPath(), { args, stderr: "inherit" }).output();
  return [...new TextDecoder().decode(stdout).trim().split("\n"), signal ?? String(code)];
}

Deno.test("onStopSignals() aborts once for SIGTERM and SIGINT, and outlives a second one", async () => {
  for (const [name, other] of [["SIGTERM", "SIGINT"], ["SIGINT", "SIGTERM"]]) {
    const script = `const stop = onStopSignals();
      stop.signal.addEventListener("abort", () => console.log(stop.signal.reason.message));
      const ended = new Promise((resolve) => stop.signal.addEventListener("abort", resolve));
      const alive = setInterval(() => {}, 1000);
      Deno.kill(Deno.pid, "${name}");
      await ended;
      await send("${other}");
      await send("${name}");
      clearInterval(alive);
      stop.remove();
      console.log("clean end");`;
    assert.deepEqual(await runScript(script), [`stopped by ${name}`, "clean end", "0"]);
  }
});

Deno.test("onStopSignals().remove() gives the signals their usual meaning back", async () => {
  const script = `onStopSignals().remove(); console.log("removed"); Deno.kill(Deno.pid, "SIGTERM");
    await new Promise((resolve) => setTimeout(resolve, 60_000));`;
  assert.deepEqual(await runScript(script), ["removed", "SIGTERM"]);
});

Deno.test("onReload() calls back for each SIGHUP until it is removed", async () => {
  const script = `let count = 0;
    const next = [Promise.withResolvers(), Promise.withResolvers()];
    const remove = onReload(() => next[count++].resolve());
    const alive = setInterval(() => {}, 1000);
    for (const round of next) { Deno.kill(Deno.pid, "SIGHUP"); await round.promise; }
    console.log("reloads: " + count);
    clearInterval(alive);
    remove();
    Deno.kill(Deno.pid, "SIGHUP");
    await new Promise((resolve) => setTimeout(resolve, 60_000));`;
  assert.deepEqual(await runScript(script), ["reloads: 2", "SIGHUP"]);
});
