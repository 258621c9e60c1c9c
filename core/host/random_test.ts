import assert from "node:assert/strict";
import { randomBytes } from "./random.ts";

Deno.test("randomBytes() gives as many bytes as asked for, other ones each time", () => {
  for (const size of [0, 1, 20, 65_536]) assert.equal(randomBytes(size).length, size);
  assert.notDeepEqual(randomBytes(20), randomBytes(20));
});
