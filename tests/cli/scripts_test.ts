/** Runs every script in this folder: `NAME.txt`, see README.md. `CAUCASE_SCRIPT=NAME` runs one. */
import { fileURLToPath } from "node:url";
import { canServe, startServer } from "../support/server_process.ts";
import { tempFolder } from "../support/temp_folder.ts";
import { openStage, runScript } from "./runner.ts";

const FOLDER = fileURLToPath(new URL(".", import.meta.url));

/**
 * What an executable with Deno 2.6 cannot do: serve (it says so, see tests/compiled), connect to a server that nobody
 * vouches for, use keys on P-521, tell what is wrong with an answer that is not HTTP.
 */
const NEED_NEW_RUNTIME = ["serve.txt", "probe.txt", "keys.txt", "unreachable.txt"];

/** Scripts that run at the same time. */
const AT_ONCE = 3;

const STEP_OPTIONS = { sanitizeOps: false, sanitizeResources: false, sanitizeExit: false };

Deno.test("the command line does what its scripts say", async (test) => {
  const only = Deno.env.get("CAUCASE_SCRIPT");
  const scripts = [...Deno.readDirSync(FOLDER)].map(({ name }) => name).filter((name) => name.endsWith(".txt"))
    .filter((name) => only === undefined || name === `${only}.txt`).toSorted();
  const leftOut: readonly string[] = await canServe() ? [] : NEED_NEW_RUNTIME;
  if (scripts.length === 0) throw new Error(`there is no script ${only ?? ""} in ${FOLDER}`);
  await using folder = await tempFolder("caucase-scripts-");
  await using server = await startServer({ folder: folder.path, options: ["--service-max-csr", "1000"] });
  const stage = await openStage(server);
  const waiting = scripts.filter((name) => !leftOut.includes(name)).values();
  const work = async () => {
    for (const name of waiting) {
      await test.step({ name, fn: () => runScript(FOLDER + name, stage), ...STEP_OPTIONS });
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
});
