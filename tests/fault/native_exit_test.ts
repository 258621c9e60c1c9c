/** A process may end at any time, also while libcrypto works in other threads: a stop must not look like a crash. */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { LIBCRYPTO_PATH } from "../support/native.ts";
import { runCommand } from "../support/process.ts";

const SCENE = fileURLToPath(new URL("native_exit_scene.ts", import.meta.url));

/** One in fifteen crashed while libcrypto cleaned up at the end. */
const TIMES = 40;

Deno.test({
  name: "a process that ends while signatures are made ends well",
  ignore: LIBCRYPTO_PATH === undefined,
  async fn() {
    for (let time = 0; time < TIMES; time++) {
      const command = [Deno.execPath(), "run", "-A", "--no-check", SCENE, LIBCRYPTO_PATH ?? ""];
      const { status, err } = await runCommand(command, { cwd: "." });
      assert.equal(status, 0, err);
    }
  },
});
