import assert from "node:assert/strict";
import { configureLogging, getLog, type LogLevel } from "./log.ts";

async function logged(level: LogLevel, format: "text" | "json", action: () => void): Promise<string[]> {
  const lines: string[] = [];
  await configureLogging({ format, level, write: (line) => lines.push(line) });
  action();
  return lines;
}

Deno.test("getLog() writes what is at the level or above, with its category", async () => {
  const log = getLog("http");
  const all = () => (["debug", "info", "warning", "error"] as const).forEach((level) => log[level]("said"));
  const cases: [level: LogLevel, count: number][] = [["debug", 4], ["info", 3], ["warning", 2], ["error", 1]];
  for (const [level, count] of cases) {
    const lines = await logged(level, "text", all);
    assert.equal(lines.length, count, level);
    assert.match(lines[0] ?? "", new RegExp(`^\\S+Z ${level} http: said\\n$`));
  }
});

Deno.test("getLog() puts properties where the message names them, and takes their text as text", async () => {
  const say = () => getLog("ca").info("from {peer}: {what}", { peer: "::1", what: "{peer}\n{*}" });
  assert.match((await logged("info", "text", say))[0] ?? "", / info ca: from ::1: \{peer\}\\n\{\*\}\n$/);
  const record = JSON.parse((await logged("info", "json", say))[0] ?? "");
  assert.deepEqual(record.properties, { peer: "::1", what: "{peer}\n{*}" });
});

Deno.test("getLog() survives a standard error that cannot be written to", async () => {
  await configureLogging({
    format: "text",
    level: "info",
    write: () => {
      throw new Error("broken pipe");
    },
  });
  getLog("server").error("said into the void");
});

Deno.test("getLog() writes to standard error, and nothing before it is configured", async () => {
  const source = `import { configureLogging, getLog } from "${new URL("./log.ts", import.meta.url)}";
    getLog("jobs").error("too early");
    await configureLogging({ format: "text", level: "info" });
    getLog("jobs").error("in time");`;
  const config = new URL("../../deno.json", import.meta.url).pathname;
  const args = ["run", "-A", "--config", config, `data:application/typescript,${encodeURIComponent(source)}`];
  const { stdout, stderr } = await new Deno.Command(Deno.execPath(), { args, env: { NO_COLOR: "1" } }).output();
  const text = new TextDecoder().decode(stderr);
  assert.equal(stdout.length, 0);
  assert.match(text, / error jobs: in time\n$/);
  assert.doesNotMatch(text, /too early/);
});
