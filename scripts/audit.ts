/**
 * `deno task audit`: what the program depends on. Every package must be in deno.lock with its hash, have a licence that
 * is allowed, be in THIRD-PARTY.md, and have no known weakness. Where the registry cannot be asked about weaknesses, a
 * line says so, and the exit status tells of the rest.
 */
import { type Outcome, runCommand } from "../tests/support/process.ts";
import { adviceOf } from "./audit/advisories.ts";
import { installedPackages } from "./audit/installed.ts";
import { auditLockFile } from "./audit/lock_file.ts";
import { problemsOf } from "./audit/rules.ts";
import { thirdPartyText } from "./audit/third_party.ts";

const ROOT = new URL("../", import.meta.url).pathname;
const LIST = `${ROOT}THIRD-PARTY.md`;

if (import.meta.main) Deno.exit(await main(Deno.args));

async function main(args: readonly string[]): Promise<number> {
  const write = args.length === 1 && args[0] === "--write";
  if (args.length > 0 && !write) {
    console.error("usage: deno task audit [--write]\n  --write  make THIRD-PARTY.md again");
    return 2;
  }
  const { packages, problems } = auditLockFile(await Deno.readTextFile(`${ROOT}deno.lock`));
  const installed = await installedPackages(ROOT);
  const found = [...problems, ...problemsOf(packages, installed)];
  const list = thirdPartyText(installed);
  if (write) await Deno.writeTextFile(LIST, list);
  else if (await presentList() !== list) found.push("THIRD-PARTY.md is out of date: deno task audit --write");
  found.push(...await weaknesses());
  for (const problem of found) console.error(problem);
  console.log(
    `${installed.length} packages, ${installed.filter(({ shipped }) => shipped).length} of them in the program`,
  );
  return found.length > 0 ? 1 : 0;
}

async function presentList(): Promise<string | undefined> {
  try {
    return await Deno.readTextFile(LIST);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

async function weaknesses(): Promise<string[]> {
  const command = [Deno.execPath(), "audit", "--level", "low"];
  const options = { cwd: ROOT, env: { NO_COLOR: "1" }, timeoutMs: 60_000 };
  const advice = adviceOf(await runCommand(command, options).catch(noAnswer));
  if (advice.kind === "found") return [advice.report];
  console.log(advice.kind === "none" ? "no known weaknesses" : `left out: known weaknesses (${advice.reason})`);
  return [];
}

/** The registry kept us waiting for too long. */
function noAnswer(error: Error): Outcome {
  return { status: 1, out: "", err: error.message };
}
