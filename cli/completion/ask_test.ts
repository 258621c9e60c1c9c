import assert from "node:assert/strict";
import { askedLines, offered } from "./ask.ts";

Deno.test("offered() gives shells only words that mean nothing to them", () => {
  const words = [
    "1234",
    "Bob",
    "Zoë",
    "a.b@c-d_e",
    "$(id)",
    "`id`",
    "a b",
    "-x",
    "a;b",
    "a\tb",
    "a\nb",
    "",
    "*",
    "~root",
  ];
  const lines = offered(words.map((word) => ({ word, description: "x\u001b[31m" })));
  assert.deepEqual(lines, ["1234", "Bob", "Zoë", "a.b@c-d_e"].map((word) => `${word}\tx\\u001b[31m`));
});

Deno.test("askedLines() is empty for what it does not know", async () => {
  assert.deepEqual(await askedLines(undefined), []);
  assert.deepEqual(await askedLines("everything"), []);
});
