/** The file of `--cors-key-store`: the HMAC keys of consent tokens, kept across restarts and renewed while running. */
import type { Bytes } from "../../core/bytes.ts";
import {
  type CorsKey,
  type CorsKeys,
  formatKeySet,
  parseKeySet,
  renewKeySet,
  validKeys,
} from "../../core/cors/key_set.ts";
import { CaucaseError } from "../../core/errors.ts";
import { writeFileDurably } from "../../core/host/durable_file.ts";
import { fileError } from "../../core/host/file_error.ts";
import type { Log } from "../../core/log.ts";
import { closeToOthers, OWNER_ONLY, putAside } from "../secret_file.ts";

export interface CorsKeyFileOptions {
  readonly path: string;
  readonly clock: { now(): number };
  readonly random: (size: number) => Bytes;
  /** Told what the operator should know and nobody needs to act on at once. */
  readonly log: Log;
}

/**
 * Opens the key file, and makes it where it is missing. One that cannot be read or understood is put aside under
 * another name: its tokens are void then, so people are asked once more, which is no reason not to start.
 * @throws `file` when it is no ordinary file, cannot be put aside or cannot be written
 */
export async function openCorsKeyFile(options: CorsKeyFileOptions): Promise<CorsKeys> {
  const stored = await readOrPutAside(options);
  const { path, clock, random, log } = options;
  let keys = renewKeySet(stored, { now: clock.now(), random });
  if (keys !== stored) await store(path, keys);

  let renewal: Promise<void> | undefined;
  async function renew(): Promise<void> {
    const renewed = renewKeySet(keys, { now: clock.now(), random });
    if (renewed === keys) return;
    await store(path, renewed);
    keys = renewed;
  }

  /** One at a time: of two new keys only one would be in the file. */
  async function signing(): Promise<CorsKey> {
    renewal ??= renew().finally(() => renewal = undefined);
    await renewal.catch((error) => {
      // Half a year is left to make room on the disk; until then the key in use is as good as ever.
      if (validKeys(keys, clock.now()).length === 0) throw error;
      log.warning("cors.not_renewed", { error });
    });
    const [newest] = validKeys(keys, clock.now());
    if (newest === undefined) throw new CaucaseError("file", `${path}: no key is valid`);
    return newest;
  }

  return { signing, valid: () => validKeys(keys, clock.now()) };
}

async function store(path: string, keys: readonly CorsKey[]): Promise<void> {
  await writeFileDurably(path, formatKeySet(keys), { mode: OWNER_ONLY });
}

async function readOrPutAside(options: CorsKeyFileOptions): Promise<readonly CorsKey[]> {
  const { path, clock, log } = options;
  if (!await isOrdinaryFile(path)) return [];
  // With a key, anybody can grant access to any site.
  await closeToOthers(path);
  try {
    return parseKeySet(await Deno.readTextFile(path));
  } catch (error) {
    const aside = await putAside(path, clock.now());
    log.warning("cors.put_aside", { path, error, aside });
    return [];
  }
}

/** False when there is nothing; anything else than a file (a mistyped folder) is never moved away. */
async function isOrdinaryFile(path: string): Promise<boolean> {
  const status = await Deno.stat(path).catch((error) => {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw fileError("read", path, error);
  });
  if (status === undefined || status.isFile) return status !== undefined;
  throw new CaucaseError("file", `${path} is not a file`, { hint: "--cors-key-store names one" });
}
