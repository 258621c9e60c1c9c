import assert from "node:assert/strict";
import type { LogLevel } from "../log.ts";
import { configureLogging, isJournal, systemLog } from "./log.ts";

async function logged(level: LogLevel, format: "text" | "json", action: () => void): Promise<string[]> {
  const lines: string[] = [];
  await configureLogging({ format, level, write: (line) => lines.push(line) });
  action();
  return lines;
}

Deno.test("systemLog writes what is at the level or above, with the name of the event", async () => {
  const say = () => {
    systemLog.debug("job.done", { job: "backup", due: "tomorrow" });
    systemLog.info("server.restored");
    systemLog.warning("restore.ca_made");
    systemLog.error("listener.failed", { error: "gone" });
  };
  const levels = ["debug", "info", "warning", "error"] as const;
  for (const [index, level] of levels.entries()) {
    const lines = await logged(level, "text", say);
    const written = lines.map((line) => /^\S+Z (\w+) [a-z_.]+: [^\n]*\n$/.exec(line)?.[1]);
    assert.deepEqual(written, levels.slice(index));
  }
});

Deno.test("systemLog takes the text of fields as text, and leaves none out", async () => {
  const fields = { method: "GET", target: "{method}\n{*}", error: new Error("no") };
  const say = () => systemLog.error("request.failed", fields);
  assert.match((await logged("info", "text", say))[0] ?? "", / error request\.failed: GET \{method\}\\n\{\*\}: no\n/);
  const { event, message, properties } = JSON.parse((await logged("info", "json", say))[0] ?? "");
  assert.deepEqual([event, message], ["request.failed", "GET {method}\n{*}: no"]);
  assert.deepEqual([properties.method, properties.target, properties.error.message], ["GET", "{method}\n{*}", "no"]);
});

Deno.test("systemLog survives a standard error that cannot be written to", async () => {
  await configureLogging({
    format: "text",
    level: "info",
    write: () => {
      throw new Error("broken pipe");
    },
  });
  systemLog.error("listener.failed", { error: "said into the void" });
});

Deno.test("systemLog writes to standard error, and nothing before it is configured", async () => {
  const source = `import { configureLogging, isJournal, systemLog } from "${new URL("./log.ts", import.meta.url)}";
    systemLog.error("listener.failed", { error: "too early" });
    await configureLogging({ format: "text", level: "info" });
    systemLog.error("listener.failed", { error: "in time" });`;
  const config = new URL("../../deno.json", import.meta.url).pathname;
  const args = ["run", "-A", "--config", config, `data:application/typescript,${encodeURIComponent(source)}`];
  const { stdout, stderr } = await new Deno.Command(Deno.execPath(), { args, env: { NO_COLOR: "1" } }).output();
  const text = new TextDecoder().decode(stderr);
  assert.equal(stdout.length, 0);
  assert.match(text, / error listener\.failed: A listener failed: in time\n$/);
  assert.doesNotMatch(text, /too early/);
});

Deno.test("isJournal() believes JOURNAL_STREAM only where it is about this standard error", async () => {
  const { stdout } = await new Deno.Command("stat", {
    args: ["--dereference", "--format=%d:%i", "/proc/self/fd/2"],
    stderr: "inherit",
  }).output();
  const own = new TextDecoder().decode(stdout).trim();
  assert.equal(isJournal(own), true);
  for (const other of [undefined, "", "8:1", `${own}0`]) assert.equal(isJournal(other), false, other);
});
