/** Whether libcrypto or WebCrypto does a server's cryptography, as its options and the machine have it. */
import { isAbsolute } from "node:path";
import { CaucaseError, describeError } from "../../core/errors.ts";
import type { Log } from "../../core/log.ts";
import { lateCheck } from "./native/late_check.ts";
import { Libcrypto } from "./native/libcrypto.ts";
import { nativeKeys } from "./native/native_keys.ts";
import { nativeOperations } from "./native/native_operations.ts";
import { libcryptoPaths } from "./native/well_known.ts";
import { type KeyOperations, WEBCRYPTO } from "./operations.ts";

export interface SignerOptions {
  /** `auto` is libcrypto where there is a good one. */
  readonly signer: "auto" | "webcrypto" | "native";
  /** Its file, where it is not one of the well-known ones. */
  readonly libcrypto?: string;
}

/** What the tests replace. */
export interface LibrarySource {
  readonly paths: readonly string[];
  /** @throws Error for one that cannot be used */
  readonly open: (path: string, log: Log) => Library;
}

export interface Library {
  readonly version: string;
  /** By WebCrypto where `check` fails. */
  readonly operations: KeyOperations;
  /** Whether it does what it is to do. Done before it gets a key, once. @throws Error that says what is wrong */
  readonly check: () => Promise<void>;
}

const RUNTIME = `Deno ${Deno.version.deno}`;
const MACHINE: LibrarySource = { paths: libcryptoPaths(Deno.build), open: openLibrary };

export interface ChosenOperations {
  readonly operations: KeyOperations;
  readonly signer: "native" | "webcrypto";
  /** Tells the log what was chosen, and why, for which libcrypto is checked: a server answers before that is over. */
  readonly tell: () => Promise<void>;
}

/**
 * Loads libcrypto, which is tested before its first use; here already where nothing else will do. Nothing is loaded
 * later: the right to do so can be given up afterwards.
 * @throws `unsupported-runtime` for `native` without a good libcrypto; `usage` for a path that is not absolute
 */
export async function chooseKeyOperations(
  { signer, libcrypto }: SignerOptions,
  log: Log,
  { paths, open }: LibrarySource = MACHINE,
): Promise<ChosenOperations> {
  if (signer === "webcrypto") return webCrypto(log, RUNTIME);
  if (libcrypto !== undefined) requireAbsolute(libcrypto);
  const found = libcrypto === undefined ? await existing(paths) : [libcrypto];
  const failures: Failure[] = [];
  for (const path of found) {
    try {
      const library = open(path, log);
      if (signer === "native") await library.check();
      return { operations: library.operations, signer: "native", tell: () => tellLibrary(library, path, log) };
    } catch (error) {
      failures.push({ path, error: reasonOf(error) });
    }
  }
  if (signer === "native") throw unavailable(failures, paths);
  const [first] = failures;
  if (first === undefined) return webCrypto(log, `${RUNTIME}, there is no libcrypto 3`);
  return { operations: WEBCRYPTO, signer: "webcrypto", tell: () => tellUnavailable(first, log) };
}

interface Failure {
  readonly path: string;
  readonly error: string;
}

function openLibrary(path: string, log: Log): Library {
  const library = new Libcrypto(path);
  const keys = nativeKeys(library);
  const { check, isTrusted } = lateCheck(keys, log);
  return { version: library.version, operations: nativeOperations(keys, log, isTrusted), check };
}

async function tellLibrary({ version, check }: Library, path: string, log: Log): Promise<void> {
  try {
    await check();
  } catch (error) {
    return await tellUnavailable({ path, error: reasonOf(error) }, log);
  }
  log.info("signer.chosen", { signer: "native", library: `${version}, ${path}` });
}

async function tellUnavailable(failure: Failure, log: Log): Promise<void> {
  log.warning("signer.native_unavailable", failure);
  await webCrypto(log, RUNTIME).tell();
}

function webCrypto(log: Log, library: string): ChosenOperations {
  const signer = "webcrypto";
  const tell = () => Promise.resolve(log.info("signer.chosen", { signer, library }));
  return { operations: WEBCRYPTO, signer, tell };
}

/** A name without its folder would be looked for in the working folder. */
function requireAbsolute(path: string): void {
  if (!isAbsolute(path)) throw new CaucaseError("usage", `--libcrypto wants a path from the root, not ${path}`);
}

async function existing(paths: readonly string[]): Promise<string[]> {
  const found = await Promise.all(paths.map(async (path) => await isFile(path) ? [path] : []));
  return found.flat();
}

/** What cannot be looked at cannot be loaded either. */
async function isFile(path: string): Promise<boolean> {
  try {
    return (await Deno.stat(path)).isFile;
  } catch {
    return false;
  }
}

function reasonOf(error: unknown): string {
  if (error instanceof Deno.errors.NotCapable) return "this program was not given the right to load it";
  // The runtime says the same twice.
  return describeError(error).replace(/^(Could not open library: )+/, "");
}

function unavailable(failures: readonly Failure[], paths: readonly string[]): CaucaseError {
  const problem = failures.length === 0
    ? `there is none in ${paths.join(", ") || "any place known for this system"}`
    : failures.map(({ path, error }) => `${path}: ${error}`).join("; ");
  const hint = failures.length === 0
    ? "install OpenSSL 3, or leave --signer out"
    : "name a libcrypto 3 that this program may load, or leave --signer out; docs/operating.md lists where they may be";
  return new CaucaseError("unsupported-runtime", `libcrypto cannot be used: ${problem}`, { hint });
}
