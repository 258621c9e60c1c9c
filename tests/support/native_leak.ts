/** Whether libcrypto keeps memory: nobody but us can free it. */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { LIBCRYPTO_PATH } from "./native.ts";
import { runCommand } from "./process.ts";

const SCENE = fileURLToPath(new URL("../long/native_leak_scene.ts", import.meta.url));

/** What a process that works, and keeps nothing, grows by at most. */
const MOST = 6 * 1024 * 1024;

/** A test that does one kind of work of the scene `count` times. */
export function leakTest(kind: string, count: number): void {
  Deno.test({
    name: `libcrypto keeps no memory: ${kind}, ${count} times`,
    ignore: LIBCRYPTO_PATH === undefined,
    async fn() {
      const command = [Deno.execPath(), "run", "-A", "--v8-flags=--expose-gc", SCENE, LIBCRYPTO_PATH ?? "", kind];
      const { status, out, err } = await runCommand([...command, `${count}`], { cwd: ".", timeoutMs: 3_600_000 });
      assert.equal(status, 0, err);
      assert.ok(Number(out) < MOST, `grown by ${Math.round(Number(out) / 1024)} KiB`);
    },
  });
}
