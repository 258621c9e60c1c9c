/**
 * Files that an updater keeps up to date, and the updater as a real process; its clock can be another than the
 * machine's.
 */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import type { RawEntry } from "../../cli/updater/entry_options.ts";
import { optionName } from "../../cli/updater/options.ts";
import { belongTogether, readKeyFile } from "../../core/host/key_file.ts";
import { type KeyPair, readKeyPair } from "../../core/host/key_pair_file.ts";
import { type Outcome, runCommand, RunningProcess } from "../support/process.ts";
import { OUR_PROGRAM } from "../support/server_process.ts";
import { MACHINE, type Machine } from "./updater_program.ts";

const PROGRAM = fileURLToPath(new URL("./updater_program.ts", import.meta.url));
const CONFIG = fileURLToPath(new URL("../../deno.json", import.meta.url));

/** A line of `hook.log`, in the working folder, for each run: why it runs. */
export const HOOK = "echo $CAUCASE_REASONS >> hook.log";

export interface Settings {
  /** The working folder of the process. */
  readonly folder: string;
  readonly entry: RawEntry;
  /** The program as it is, on this machine, where absent. */
  readonly machine?: Machine;
  /** A shell line before the command, which is `"$@"` in it. */
  readonly shell?: string;
}

/** Files of a service `host` in `folder`: `crt.pem` with its key, `ca.pem`, `crl.pem`. */
export function filesIn(folder: string, caUrl: string): RawEntry {
  const stores = { casCa: `${folder}/ca.pem`, ca: `${folder}/ca.pem`, crl: `${folder}/crl.pem` };
  return { caUrl, ...stores, crt: `${folder}/crt.pem`, subject: "CN=host", dns: ["host.example.com"] };
}

function commandLine({ entry, machine, shell }: Settings, more: readonly string[]): readonly string[] {
  const program = machine === undefined
    ? [...OUR_PROGRAM, "updater"]
    : [Deno.execPath(), "run", "--quiet", "--config", CONFIG, "--allow-all", PROGRAM];
  const options = Object.entries(entry).flatMap(([member, value]) =>
    [value].flat().flatMap((one) => one === true ? [optionName(member)] : [optionName(member), String(one)])
  );
  const command = [...program, ...options, ...more];
  return shell === undefined ? command : ["sh", "-c", shell, "sh", ...command];
}

function processOptions({ folder, machine }: Settings) {
  return { cwd: folder, env: { NO_COLOR: "1", ...(machine && { [MACHINE]: JSON.stringify(machine) }) } };
}

/** Starts it; `await using` kills it when the block ends. */
export function startUpdater(settings: Settings, ...more: string[]): RunningProcess {
  return new RunningProcess(commandLine(settings, more), processOptions(settings));
}

/** Runs it with `--once`. */
export function runOnce(settings: Settings): Promise<Outcome> {
  return runCommand(commandLine(settings, ["--once"]), processOptions(settings));
}

/** Runs it with `--once`, which must find nothing wrong. */
export async function runWell(settings: Settings): Promise<void> {
  const { status, out, err } = await runOnce(settings);
  assert.equal(status, 0, out + err);
}

/** Makes it look now, and waits until it sleeps again. */
export async function lookNow(updater: RunningProcess): Promise<void> {
  const before = sleeps(updater);
  updater.signal("SIGHUP");
  await sleepsAfter(updater, before);
}

/** How often it went to sleep so far. */
export function sleeps(updater: RunningProcess): number {
  return updater.written.out.split("Next wake-up at ").length - 1;
}

/**
 * Waits until it has gone to sleep more than `count` times.
 * @throws Error with all its output when that does not happen within half a minute
 */
export async function sleepsAfter(updater: RunningProcess, count: number): Promise<void> {
  for (const end = Date.now() + 30_000; sleeps(updater) <= count;) {
    const { out, err } = updater.written;
    if (Date.now() > end) throw new Error(`it does not go to sleep\n${out}${err}`);
    await new Promise((resolve) => setTimeout(resolve, 30));
  }
}

/** The pair as we read it. @throws unless it fits */
export function pairOf({ crt = "", key = crt }: RawEntry): Promise<KeyPair> {
  return readKeyPair({ keyPath: key, certificatePath: crt });
}

export async function serialOf(entry: RawEntry): Promise<bigint> {
  return (await pairOf(entry)).certificate.serial;
}

/** Whether another program, which knows nothing of ours, reads a pair that fits. Both files must be whole. */
export async function fitsForOthers({ crt = "", key = crt }: RawEntry): Promise<boolean> {
  const { key: privateKey } = await readKeyFile(key);
  const { certificate } = await readKeyFile(crt);
  assert.ok(privateKey && certificate, "both files are whole");
  return belongTogether(privateKey, certificate);
}

/** Content of a file; nothing where there is none. */
export async function textOf(path: string): Promise<string> {
  try {
    return await Deno.readTextFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return "";
    throw error;
  }
}

/** Makes the files in `to` those in `from`. Subfolders stay. */
export async function copyFiles(from: string, to: string): Promise<void> {
  await Deno.mkdir(to, { recursive: true });
  for (const name of await fileNames(to)) await Deno.remove(`${to}/${name}`);
  for (const name of await fileNames(from)) await Deno.copyFile(`${from}/${name}`, `${to}/${name}`);
}

export async function fileNames(folder: string): Promise<string[]> {
  const entries = await Array.fromAsync(Deno.readDir(folder));
  return entries.filter(({ isFile }) => isFile).map(({ name }) => name).toSorted();
}
