import assert from "node:assert/strict";
import { open } from "node:fs/promises";
import { CaucaseError, malformed } from "../errors.ts";
import { fileError, systemCode } from "./file_error.ts";

async function failureOf(action: () => Promise<unknown>): Promise<unknown> {
  return await action().then(() => assert.fail("did not fail"), (error) => error);
}

Deno.test("fileError() gives the system's reason and nothing of the file names in it", async () => {
  const missing = "/nonexistent, it is/file";
  const cases: [error: unknown, reason: string][] = [
    [await failureOf(() => Deno.readFile(missing)), "no such file or directory"],
    [await failureOf(() => Deno.rename(missing, "/x")), "no such file or directory"],
    [await failureOf(() => open(missing, "r")), "no such file or directory"],
    [await failureOf(() => Deno.writeTextFile("/dev/full", "x")), "no space left on device"],
    [await failureOf(() => open("/", "w")), "illegal operation on a directory"],
    [new Error("EIO: i/o error, fsync"), "i/o error"],
    [new Error("something else"), "something else"],
    ["thrown text", "thrown text"],
  ];
  for (const [error, reason] of cases) {
    const { code, message, cause } = fileError("write", "/a/b", error);
    assert.deepEqual([code, message, cause], ["file", `cannot write /a/b: ${reason}`, error]);
  }
});

Deno.test("fileError() keeps what names a file already, and the hint of a refused content", () => {
  const named = new CaucaseError("file", "cannot read /c: no");
  assert.equal(fileError("write", "/a", named), named);
  const refused = fileError("use", "/a", malformed("PEM: no", { hint: "try again" }));
  assert.equal(refused.message, "cannot use /a: PEM: no");
  assert.equal(refused.details.hint, "try again");
});

Deno.test("fileError() says what to do where the runtime keeps devices from the program", () => {
  const refused = new Deno.errors.NotCapable('Requires all access to "/dev/fd/9", run again with the --allow-all flag');
  const { message, details } = fileError("read", "/dev/fd/9", refused);
  assert.equal(message, "cannot read /dev/fd/9: it belongs to the system, and this program may not open it");
  assert.match(details.hint ?? "", /\/dev\/stdin/);
});

Deno.test("fileError() says that a folder is missing where a file is to be made", async () => {
  const hintOf = (doing: string, error: unknown) => fileError(doing, "/nonexistent/x", error).details.hint;
  const missing = [
    await failureOf(() => Deno.writeTextFile("/nonexistent/x", "")),
    await failureOf(() => open("/nonexistent/x", "w")),
  ];
  for (const error of missing) {
    assert.equal(hintOf("write", error), "the folder that it belongs into must exist");
    assert.equal(hintOf("read", error), undefined);
  }
  assert.equal(hintOf("write", await failureOf(() => Deno.writeTextFile("/", ""))), undefined);
});

Deno.test("systemCode() finds the code of errors of Deno and of Node", async () => {
  assert.equal(systemCode(await failureOf(() => Deno.readFile("/nonexistent"))), "ENOENT");
  assert.equal(systemCode(await failureOf(() => open("/nonexistent", "r"))), "ENOENT");
  assert.equal(systemCode(new Error("x")), undefined);
  assert.equal(systemCode("ENOENT"), undefined);
});
