/**
 * `deno task compile`: the program as one executable for each platform in `dist/`, with the SHA-256 sums and a bill of
 * materials. The same commit, compiled by the same Deno, gives the same bytes: nothing of the machine, the folder or
 * the clock goes in.
 */
import { DatabaseSync } from "node:sqlite";
import * as path from "node:path";
import { fileURLToPath } from "node:url";
import { billOfMaterials } from "./compile/bill_of_materials.ts";
import { buildDate, type Commit, readCommit } from "./compile/commit.ts";
import { compileExecutable, tryExecutable } from "./compile/executable.ts";
import { lockedPackages } from "./compile/lock_file.ts";
import { type ModuleGraph, programGraph } from "./compile/module_graph.ts";
import { type CompileOptions, parseCompileOptions, USAGE } from "./compile/options.ts";
import { withLicences } from "./compile/package_cache.ts";
import { type Staged, stageProgram } from "./compile/stage.ts";
import { sumsOf } from "./compile/sums.ts";
import { executableName } from "./compile/targets.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));

if (import.meta.main) Deno.exit(await main(Deno.args));

async function main(args: readonly string[]): Promise<number> {
  const hasOwnRuntime = (Deno.env.get("DENORT_BIN") ?? "") !== "";
  let options: CompileOptions | undefined;
  try {
    options = parseCompileOptions(args, { host: Deno.build.target, hasOwnRuntime });
  } catch (error) {
    console.error(`${messageOf(error)}\n\n${USAGE}`);
    return 2;
  }
  if (options === undefined) {
    console.log(USAGE);
    return 0;
  }
  const folder = await Deno.makeTempDir({ prefix: "caucase-compile-" });
  try {
    await compile(options, folder);
    return 0;
  } catch (error) {
    console.error(`error: ${messageOf(error)}`);
    return 1;
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function compile({ targets, output }: CompileOptions, folder: string): Promise<void> {
  const graph = await programGraph(ROOT);
  const commit = await knownCommit([...graph.files, "deno.json", "deno.lock"]);
  const date = buildDate(Deno.env.get("SOURCE_DATE_EPOCH"), commit);
  const staged = await stageProgram({ root: ROOT, folder, graph, commit: commit?.name ?? "unknown", date: date ?? 0 });
  const made = path.resolve(output);
  await Deno.mkdir(made, { recursive: true });
  const names: string[] = [];
  for (const target of targets) {
    const name = executableName(staged.version, target);
    await compileExecutable({ folder, target, output: path.join(made, name) });
    const text = target === Deno.build.target ? await tryExecutable(path.join(made, name), staged.version) : "";
    report(path.join(made, name), text);
    names.push(name);
  }
  const bill = `caucase-${staged.version}.cdx.json`;
  await writeBill(path.join(made, bill), { staged, graph, commit, date });
  await Deno.writeTextFile(path.join(made, "SHA256SUMS"), await sumsOf(made, [...names, bill]));
  report(path.join(made, bill));
  report(path.join(made, "SHA256SUMS"));
}

/** Undefined, with a warning, where git cannot tell. */
async function knownCommit(files: readonly string[]): Promise<Commit | undefined> {
  try {
    const commit = await readCommit(ROOT, files);
    if (commit.name.endsWith("+dirty")) console.error(`warning: the files are not as committed: ${commit.name}`);
    return commit;
  } catch (error) {
    console.error(`warning: nothing will tell which commit this is: ${messageOf(error)}`);
    return undefined;
  }
}

interface Facts {
  readonly staged: Staged;
  readonly graph: ModuleGraph;
  readonly commit: Commit | undefined;
  readonly date: number | undefined;
}

async function writeBill(file: string, { staged, graph, commit, date }: Facts): Promise<void> {
  const bill = await billOfMaterials({
    name: "caucase",
    version: staged.version,
    license: staged.license,
    commit: commit?.name,
    date,
    packages: await withLicences(staged.folder, lockedPackages(staged.lock)),
    imported: graph.packages,
    runtime: { deno: Deno.version.deno, v8: Deno.version.v8, sqlite: sqliteVersion() },
  });
  await Deno.writeTextFile(file, `${JSON.stringify(bill, null, 2)}\n`);
}

function sqliteVersion(): string {
  using database = new DatabaseSync(":memory:");
  return String(database.prepare("SELECT sqlite_version() AS version").get()?.["version"]);
}

function report(file: string, text = ""): void {
  const megabytes = Deno.statSync(file).size / 1e6;
  console.log(
    `${path.relative(Deno.cwd(), file)} (${megabytes.toFixed(megabytes < 1 ? 3 : 1)} MB)${text && `: ${text}`}`,
  );
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
