import assert from "node:assert/strict";
import { sideBySide } from "./side_by_side.ts";

Deno.test("sideBySide() gives what all resolve with, in their order", async () => {
  assert.deepEqual(await sideBySide(Promise.resolve(1), Promise.resolve("b")), [1, "b"]);
});

Deno.test("sideBySide() fails only when nothing runs any more", async () => {
  const slow = Promise.withResolvers<string>();
  let failed = false;
  const both = sideBySide(Promise.reject(new Error("first")), slow.promise).finally(() => failed = true);
  both.catch(() => {});
  await new Promise((resolve) => setTimeout(resolve, 5));
  assert.equal(failed, false);
  slow.resolve("done");
  await assert.rejects(both, /first/);
});
