import assert from "node:assert/strict";
import { utf16 } from "../../tests/support/saved_text.ts";
import { tempFolder } from "../../tests/support/temp_folder.ts";
import { askedPassphrases, passphrasesFrom } from "./passphrases.ts";

/** A person who types `answers`; `shown` collects all that they see. */
function person(...answers: string[]) {
  const shown: string[] = [];
  const ask = (prompt: string) => Promise.resolve((shown.push(prompt), answers.shift() ?? assert.fail("asked again")));
  return { shown, passphrases: askedPassphrases(ask, (line) => shown.push(line)) };
}

Deno.test("askedPassphrases() names the file of the key", async () => {
  const { shown, passphrases } = person("sesame");
  assert.equal(await passphrases.ofKey("ca.key"), "sesame");
  assert.deepEqual(shown, ["Passphrase for key at ca.key: "]);
});

Deno.test("askedPassphrases() asks for a new passphrase twice, until both are the same and not empty", async () => {
  const { shown, passphrases } = person("sesame", "sesam", "", "", "open", "open");
  assert.equal(await passphrases.forExport(), "open");
  const prompts = ["CA export passphrase: ", "             (again): "];
  assert.deepEqual(shown, [
    ...prompts,
    "Input does not match, retrying",
    ...prompts,
    "A passphrase is needed, retrying",
    ...prompts,
  ]);
});

const FILES: readonly [content: string | Uint8Array, expected: string | RegExp][] = [
  ["sesame\n", "sesame"],
  ["sesame", "sesame"],
  [" with blanks \r\nsecond line\n", " with blanks "],
  ["sésame\n", "sésame"],
  ["", /its first line is empty/],
  ["\nsesame\n", /its first line is empty/],
  ["\ufeffsesame\r\n", "sesame"],
  [utf16("\ufeffsésame\r\n"), "sésame"],
  [Uint8Array.of(0xff), /it is neither UTF-8 nor UTF-16/],
];

Deno.test("passphrasesFrom() takes the first line of a file for every key", async () => {
  await using folder = await tempFolder();
  const path = `${folder.path}/passphrase`;
  await assert.rejects(passphrasesFrom(path), { code: "file", message: `cannot read ${path}: it does not exist` });
  for (const [content, expected] of FILES) {
    await Deno.writeFile(path, typeof content === "string" ? new TextEncoder().encode(content) : content);
    if (expected instanceof RegExp) {
      await assert.rejects(passphrasesFrom(path), { code: "file", message: expected });
      continue;
    }
    const passphrases = await passphrasesFrom(path);
    assert.equal(await passphrases.ofKey("any"), expected);
    assert.equal(await passphrases.forExport(), expected);
  }
});
