/**
 * The compiled program does what the program does from source: the same tests, with the executable that
 * `CAUCASE_PROGRAM` names. Servers run from source. The executable finds no Deno in PATH, and a home folder with
 * nothing in it.
 */
import assert from "node:assert/strict";
import { compiledProgram, withoutDeno } from "./program.ts";

const program = compiledProgram();

if (program !== undefined) {
  const home = Deno.makeTempDirSync({ prefix: "caucase-home-" });
  globalThis.addEventListener("unload", () => Deno.removeSync(home, { recursive: true }));
  // Servers from source need their packages.
  Deno.env.set("DENO_DIR", await denoFolder());
  Deno.env.set("HOME", home);
  Deno.env.set("PATH", withoutDeno(Deno.env.get("PATH") ?? ""));
  await import("../../cli/key_id_test.ts");
  await import("../../cli/manage_test.ts");
  await import("../cli/scripts_test.ts");

  Deno.test("the executable leaves nothing in the home folder", () => {
    const names = [...Deno.readDirSync(home)].map(({ name }) => name);
    assert.deepEqual(names, []);
  });
}

async function denoFolder(): Promise<string> {
  const { stdout } = await new Deno.Command(Deno.execPath(), { args: ["info", "--json"] }).output();
  return JSON.parse(new TextDecoder().decode(stdout)).denoDir;
}
