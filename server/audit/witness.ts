/** Where checkpoints go besides the database, so that they are there when somebody has changed that. */
import { utf8 } from "../../core/bytes.ts";
import { CaucaseError } from "../../core/errors.ts";
import { fileError } from "../../core/host/file_error.ts";
import type { AuditStore } from "../../core/audit/store.ts";
import type { Job } from "../jobs.ts";

export interface Witness {
  /** What an administrator knows it by; of a URL no path, which may hold a secret. */
  readonly name: string;
  /** Resolves when the witness has it for good. @throws `file`, `unreachable`, `refused` */
  add(note: string): Promise<void>;
}

const URL_FORM = /^https?:\/\//i;

/** @throws `usage` for a URL that cannot be asked */
export function witnessOf(where: string): Witness {
  if (!URL_FORM.test(where)) return fileWitness(where);
  if (URL.canParse(where)) return urlWitness(new URL(where));
  throw new CaucaseError("usage", "--audit-witness takes the path of a file or an http(s) URL: this URL is none");
}

/** All users may compare with it; nobody but the owner may change it. */
const WITNESS_MODE = 0o644;

/** A file that only grows: an empty line ends each checkpoint. */
function fileWitness(path: string): Witness {
  return {
    name: path,
    async add(note) {
      try {
        using file = await Deno.open(path, { append: true, create: true, mode: WITNESS_MODE });
        await appendWhole(file, utf8(`${note}\n`));
      } catch (error) {
        throw fileError("append to", path, error);
      }
    },
  };
}

/** All of `bytes` or, where the disk is full in between, none: half a checkpoint makes the whole file unreadable. */
async function appendWhole(file: Deno.FsFile, bytes: Uint8Array): Promise<void> {
  const { size, isFile } = await file.stat();
  try {
    for (let written = 0; written < bytes.length;) written += await file.write(bytes.subarray(written));
    await file.syncData();
  } catch (error) {
    if (isFile) await file.truncate(size);
    throw error;
  }
}

/** Milliseconds. */
const POST_TIMEOUT = 20_000;

function urlWitness(url: URL): Witness {
  const name = url.host;
  return {
    name,
    async add(note) {
      const response = await post(url, note);
      await response.body?.cancel();
      if (response.ok) return;
      throw new CaucaseError("refused", `${name} answered ${response.status}`, { status: response.status });
    },
  };
}

async function post(url: URL, body: string): Promise<Response> {
  const headers = { "Content-Type": "text/plain; charset=utf-8" };
  try {
    const signal = AbortSignal.timeout(POST_TIMEOUT);
    return await fetch(url, { method: "POST", headers, body, redirect: "error", signal });
  } catch (error) {
    // The reason names the whole URL.
    throw new CaucaseError("unreachable", `${url.host} does not answer`, { cause: error });
  }
}

/** How many checkpoints are read at once. */
const READ_AT_ONCE = 100;

/** How soon a witness gets a checkpoint, in seconds. */
const LOOK_AGAIN = 10;

/** Gives a witness all checkpoints in their order: from the newest one of before the start on. */
export class WitnessFeed {
  #given: bigint | undefined;

  constructor(readonly witness: Witness, private readonly store: AuditStore) {}

  /** All that the witness does not have yet. @throws what `Witness.add` throws: the rest is given the next time */
  async give(): Promise<void> {
    this.#given ??= ((await this.store.newestCheckpoint())?.id ?? 1n) - 1n;
    for (;;) {
      const checkpoints = await this.store.checkpoints(this.#given, READ_AT_ONCE);
      for (const { id, note } of checkpoints) {
        await this.witness.add(note);
        this.#given = id;
      }
      if (checkpoints.length < READ_AT_ONCE) return;
    }
  }
}

export function witnessJob(feed: WitnessFeed): Job {
  return {
    name: `audit witness ${feed.witness.name}`,
    async run(now) {
      await feed.give();
      return now + LOOK_AGAIN;
    },
  };
}
