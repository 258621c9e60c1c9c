/**
 * The program alone in a folder: its modules, and settings and a lock file that know only its own packages. `deno
 * compile` puts every package of the lock file into an executable; from the project itself that would be a browser's
 * driver too.
 */
import * as path from "node:path";
import type { ModuleGraph } from "./module_graph.ts";
import { type Imports, lockedPackages, type LockFile, onlyNeeded, parseLockFile } from "./lock_file.ts";
import { fillCache } from "./package_cache.ts";

/** What is read of `deno.json`. */
interface ProjectSettings {
  readonly version: string;
  readonly license: string;
  readonly imports: Imports;
  readonly compilerOptions: unknown;
}

export interface Staged {
  readonly folder: string;
  readonly version: string;
  /** SPDX identifier of the program's own licence. */
  readonly license: string;
  /** Of the program's own packages. */
  readonly lock: LockFile;
}

export interface StageOrder {
  readonly root: string;
  /** Empty; everything goes there. */
  readonly folder: string;
  readonly graph: ModuleGraph;
  /** Goes into `deno.json`, where `caucase --version` finds it. */
  readonly commit: string;
  /** Of all files, in seconds since 1970: it goes into executables. */
  readonly date: number;
}

/** @throws Error where the settings or the lock file do not fit the imports */
export async function stageProgram({ root, folder, graph, commit, date }: StageOrder): Promise<Staged> {
  const settings: ProjectSettings = await readJson(path.join(root, "deno.json"));
  const { version, license, compilerOptions } = settings;
  const locked = {
    imports: settings.imports,
    lock: parseLockFile(await Deno.readTextFile(path.join(root, "deno.lock"))),
  };
  const { imports, lock } = onlyNeeded(locked, graph.packages);
  for (const file of graph.files) await copy(path.join(root, file), path.join(folder, file));
  await writeJson(path.join(folder, "deno.json"), {
    version,
    commit,
    license,
    nodeModulesDir: "none",
    lock: { path: "deno.lock", frozen: true },
    imports,
    compilerOptions,
  });
  await writeJson(path.join(folder, "deno.lock"), lock);
  await fillCache(folder, lockedPackages(lock));
  await setDates(folder, date);
  return { folder, version, license, lock };
}

async function copy(from: string, to: string): Promise<void> {
  await Deno.mkdir(path.dirname(to), { recursive: true });
  await Deno.copyFile(from, to);
}

/** Gives everything below `folder` the same date; links are left alone, and what they lead to. */
async function setDates(folder: string, date: number): Promise<void> {
  for await (const { name, isDirectory, isSymlink } of Deno.readDir(folder)) {
    const entry = path.join(folder, name);
    if (isDirectory) await setDates(entry, date);
    else if (!isSymlink) await Deno.utime(entry, date, date);
  }
}

async function readJson<T>(file: string): Promise<T> {
  return JSON.parse(await Deno.readTextFile(file));
}

async function writeJson(file: string, value: unknown): Promise<void> {
  await Deno.writeTextFile(file, `${JSON.stringify(value, null, 2)}\n`);
}
