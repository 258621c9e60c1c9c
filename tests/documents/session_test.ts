import assert from "node:assert/strict";
import { commandsOf } from "./session.ts";

function commands(language: string, ...lines: string[]) {
  const block = { line: 10, language, attributes: "", lines, section: "", prose: "" };
  return commandsOf(block).map(({ line, text, status, shown }) => ({ line, text, status, shown }));
}

Deno.test("commandsOf() takes each line of sh for a command, but for comments", () => {
  assert.deepEqual(commands("sh", "# why", "ls", "", "false # exit status 1: so it is"), [
    { line: 12, text: "ls", status: 0, shown: undefined },
    { line: 14, text: "false # exit status 1: so it is", status: 1, shown: undefined },
  ]);
});

Deno.test("commandsOf() keeps together what goes on", () => {
  const texts = (...lines: string[]) => commands("sh", ...lines).map(({ text }) => text);
  assert.deepEqual(texts("a \\", "  b \\", "  c", "d"), ["a \\\n  b \\\n  c", "d"]);
  assert.deepEqual(texts("cat > x <<'END'", "a", "b", "END", "d"), ["cat > x <<'END'\na\nb\nEND", "d"]);
  assert.deepEqual(texts("for i in 1 2; do", "  echo $i", "done", "d"), ["for i in 1 2; do\n  echo $i\ndone", "d"]);
  assert.throws(() => texts("cat <<END", "a"), /has no end/);
});

Deno.test("commandsOf() gives each command of console the output that follows it", () => {
  assert.deepEqual(commands("console", "$ a \\", "    b", "one", "two", "$ c"), [
    { line: 11, text: "a \\\n    b", status: 0, shown: ["one", "two"] },
    { line: 15, text: "c", status: 0, shown: [] },
  ]);
  assert.throws(() => commands("console", "output"), /line 11: output of no command/);
});
