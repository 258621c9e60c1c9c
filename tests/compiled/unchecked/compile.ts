/**
 * The program as one executable, made as `deno task compile` makes it but for two files: it does not ask whether its
 * runtime asks clients for certificates, and it gets along with the HTTP of old runtimes. For tests, where there is no
 * other runtime: what of `serve` needs no client certificate can be tried from an executable. No option and no import
 * of the program leads there: files are exchanged before it is compiled.
 *
 * usage: deno run -A tests/compiled/unchecked/compile.ts FILE
 */
import * as path from "node:path";
import { fileURLToPath } from "node:url";
import { compileExecutable, tryExecutable } from "../../../scripts/compile/executable.ts";
import { programGraph } from "../../../scripts/compile/module_graph.ts";
import { stageProgram } from "../../../scripts/compile/stage.ts";
import { findTarget } from "../../../scripts/compile/targets.ts";

const ROOT = fileURLToPath(new URL("../../..", import.meta.url));
/** Files of the program, with what takes their places. */
const EXCHANGED: Readonly<Record<string, string>> = {
  "server/tls/runtime_check.ts": "tests/compiled/unchecked/runtime_check.ts",
  "server/http/server_events.ts": "tests/compiled/unchecked/server_events.ts",
};

if (import.meta.main) await compileUnchecked(Deno.args);

async function compileUnchecked([file]: readonly string[]): Promise<void> {
  const target = findTarget(Deno.build.target);
  if (file === undefined) throw new Error("usage: compile.ts FILE");
  if (target === undefined) throw new Error(`not for ${Deno.build.target}`);
  const output = path.resolve(file);
  const folder = await Deno.makeTempDir({ prefix: "caucase-compile-" });
  try {
    const graph = await programGraph(ROOT);
    const { version } = await stageProgram({ root: ROOT, folder, graph, commit: "for-tests", date: 0 });
    for (const [file, standIn] of Object.entries(EXCHANGED)) {
      if (!graph.files.includes(file)) throw new Error(`the program no longer has ${file}`);
      await Deno.writeTextFile(path.join(folder, file), await moved(standIn));
    }
    await compileExecutable({ folder, target, output });
    console.log(`${file}: ${await tryExecutable(output, version)}`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** The text of a stand-in, whose imports lead to the same files from where it is put. */
async function moved(standIn: string): Promise<string> {
  return (await Deno.readTextFile(path.join(ROOT, standIn))).replaceAll('from "../../../', 'from "../../');
}
