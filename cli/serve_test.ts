import assert from "node:assert/strict";
import { runCommand } from "../tests/support/process.ts";

Deno.test("serve() gives up starting programs before it does anything else", async () => {
  const script = `import { serve } from "${new URL("serve.ts", import.meta.url)}";
    await serve(["--netloc", "bad host"]).catch(() => {});
    console.log(Deno.permissions.querySync({ name: "run" }).state, Deno.permissions.querySync({ name: "net" }).state);`;
  const { out } = await runCommand([Deno.execPath(), "eval", script], { cwd: "." });
  assert.equal(out, "prompt granted\n");
});
