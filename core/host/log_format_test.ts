import assert from "node:assert/strict";
import fc from "fast-check";
import { CaucaseError } from "../errors.ts";
import { escapeControlsAsJson, formatJson, formatText, type LogLine } from "./log_format.ts";

const KEY = "-----BEGIN RSA PRIVATE KEY-----\nc2VjcmV0\n-----END RSA PRIVATE KEY-----\n";

function line(message: unknown[], properties: Record<string, unknown> = {}): LogLine {
  return {
    timestamp: Date.UTC(2026, 10, 23, 8, 29, 52),
    level: "warning",
    event: "request.failed",
    message,
    properties,
  };
}

Deno.test("formatText() shows time, level, event and message", () => {
  const cases: [message: unknown[], text: string][] = [
    [["plain"], "plain"],
    [["from ", "1.2.3.4", ", tried ", 3, " times"], "from 1.2.3.4, tried 3 times"],
    [
      ["serials ", ["1", "2"], ", ", 2n ** 70n, ", ", undefined, ", ", true],
      "serials 1, 2, 1180591620717411303424, undefined, true",
    ],
    [
      ["refused: ", new CaucaseError("usage", "no such option", { hint: "see --help" })],
      "refused: no such option (see --help)",
    ],
  ];
  for (const [message, text] of cases) {
    assert.equal(formatText(line(message)), `2026-11-23T08:29:52.000Z warning request.failed: ${text}\n`);
  }
});

Deno.test("formatText() adds the stack of a fault and its causes, indented, but not of a refusal", () => {
  const error = new Error("first\nforged: line", { cause: new TypeError("deeper") });
  const [, ...stack] = formatText(line(["failed"], { error })).trimEnd().split("\n");
  assert.equal(stack[0], "    Error: first");
  assert.ok(stack.includes("    caused by"));
  assert.ok(stack.includes("    TypeError: deeper"));
  assert.deepEqual(stack.filter((text) => !text.startsWith("    ")), []);
  assert.equal(formatText(line(["failed"], { error: new CaucaseError("file", "x") })).split("\n").length, 2);
});

Deno.test("formatText() shows the stack of a refusal where one is given", () => {
  const properties = {
    error: new CaucaseError("storage", "full"),
    stack: "CaucaseError: full\n    at write\nforged: line",
  };
  const [head, ...stack] = formatText(line(["GET /: ", properties.error], properties)).trimEnd().split("\n");
  assert.match(head ?? "", /: GET \/: full$/);
  assert.deepEqual(stack, ["    CaucaseError: full", "    at write", "    forged: line"]);
});

Deno.test("formatText() leaves the time to the journal, and gives it the level of each line", () => {
  const levels: [level: string, prefix: string][] = [
    ["debug", "<7>"],
    ["info", "<6>"],
    ["warning", "<4>"],
    ["error", "<3>"],
  ];
  for (const [level, prefix] of levels) {
    const text = formatText({ ...line(["it failed"], { stack: "at x\nat y" }), level }, true);
    const tail = [`${level} request.failed: it failed`, "    at x", "    at y"];
    assert.equal(text, tail.map((part) => `${prefix}${part}\n`).join(""));
  }
});

Deno.test("formatJson() gives one object, errors with code or stack", () => {
  const fault = new Error("fault");
  const properties = {
    count: 2n ** 70n,
    refused: new CaucaseError("usage", "bad", { hint: "h" }),
    fault,
    text: "a\nb",
  };
  const record = JSON.parse(formatJson(line(["a ", "b\nc"], properties)));
  assert.deepEqual(Object.keys(record), ["time", "level", "event", "message", "properties"]);
  assert.equal(record.time, "2026-11-23T08:29:52.000Z");
  assert.equal(record.message, "a b\nc");
  assert.equal(record.properties.count, "1180591620717411303424");
  assert.equal(record.properties.text, "a\nb");
  assert.deepEqual(record.properties.refused, { message: "bad (h)", code: "usage" });
  assert.equal(record.properties.fault.message, "fault");
  assert.match(record.properties.fault.stack, /^Error: fault\nat .*log_format_test/);
});

Deno.test("formatText() and formatJson() keep whatever comes from outside within its line", () => {
  const hostile = fc.string({
    unit: fc.oneof(fc.constantFrom("\n", "\r", "\x1b", "\x7f", "\x85", "\u2028", "\u202e"), fc.string()),
  });
  fc.assert(fc.property(hostile, (text) => {
    for (const output of [formatText(line(["got ", text], { text })), formatJson(line(["got ", text], { text }))]) {
      // deno-lint-ignore no-control-regex
      assert.match(output, /^[^\x00-\x1f\x7f-\x9f\u2028\u2029\u202e]*\n$/);
    }
    assert.equal(
      JSON.parse(formatJson(line(["x"], { text: text.toWellFormed() }))).properties.text,
      text.toWellFormed(),
    );
  }));
});

Deno.test("formatText() and formatJson() never show a private key", () => {
  const error = new Error(`could not parse ${KEY}`, { cause: new Error(KEY) });
  const refusal = new CaucaseError("malformed", KEY);
  for (const value of [KEY, `text ${KEY}`, KEY.slice(0, -30), error, refusal, [KEY]]) {
    for (const format of [formatText, formatJson]) {
      const output = format(line(["it was ", value], { value }));
      assert.doesNotMatch(output, /c2VjcmV0/);
      assert.match(output, /\[private key\]/);
    }
  }
});

Deno.test("escapeControlsAsJson() leaves printable text of any language as it is", () => {
  assert.equal(escapeControlsAsJson("Zoë 証明書 \\ 🔑"), "Zoë 証明書 \\ 🔑");
  assert.equal(escapeControlsAsJson("a\tb\nc\x1b[2J\u202e"), "a\\u0009b\\nc\\u001b[2J\\u202e");
});
