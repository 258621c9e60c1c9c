/** New content of a file, brought to the disk before it takes the file's place: steps 1 to 6 of `durable_file.ts`. */
import { dirname } from "node:path";
import { utf8 } from "../bytes.ts";
import { fileError } from "./file_error.ts";
import { type OldFile, setRights } from "./file_rights.ts";
import { type FileSystem, followLinks, type NewFile, type OpenFolder, type RightsLoss } from "./file_system.ts";
import { randomBytes } from "./random.ts";

/** Chunks are written as they come, so that a file may be larger than memory. */
export type FileContent = string | Uint8Array | AsyncIterable<Uint8Array>;

export interface WantedFile {
  readonly path: string;
  readonly content: FileContent;
  /** Mode of a file that is new, whatever the umask; undefined: 0644 less the umask. An existing file keeps its own. */
  readonly mode: number | undefined;
}

/** New content that is on the disk under a temporary name, and can take the file's place without needing more room. */
export class PreparedFile {
  #replaced = false;

  constructor(
    private readonly place: { path: string; temporary: string; target: string; losses: readonly RightsLoss[] },
    private readonly folder: OpenFolder,
    private readonly fileSystem: FileSystem,
  ) {}

  /** Step 5. */
  async replace(): Promise<void> {
    await this.#step(() => this.fileSystem.rename(this.place.temporary, this.place.target));
    this.#replaced = true;
    const { losses, target } = this.place;
    this.fileSystem.onReplaced?.(target, losses);
  }

  /** Step 6. */
  settle(): Promise<void> {
    return this.#step(() => this.folder.sync());
  }

  /** Must be called in the end; gives the new content up if it did not take the file's place. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#replaced) await removeLeftover(this.place.temporary, this.fileSystem);
    await this.folder.close();
  }

  async #step(action: () => Promise<void>): Promise<void> {
    try {
      await action();
    } catch (error) {
      throw fileError("write", this.place.path, error);
    }
  }
}

/** Steps 1 to 4. */
export async function prepareFile(wanted: WantedFile, fileSystem: FileSystem): Promise<PreparedFile> {
  const { path, content, mode } = wanted;
  try {
    const target = await followLinks(path, fileSystem);
    const old = await fileSystem.status(target);
    if (old !== undefined && old.kind !== "file") throw new Error("it is not a regular file");
    const temporary = `${dirname(target)}/.caucase-${randomBytes(16).toHex()}.tmp`;
    const folder = await fileSystem.openFolder(dirname(target));
    try {
      const rules = { old: old && { ...old, path: target }, mode, fileSystem };
      const losses = await writeTemporary(temporary, content, rules);
      return new PreparedFile({ path, temporary, target, losses }, folder, fileSystem);
    } catch (error) {
      await folder.close();
      throw error;
    }
  } catch (error) {
    throw fileError("write", path, error);
  }
}

/** Whether a file of this name is one that a write is busy with or was killed over. */
export function isTemporaryName(name: string): boolean {
  return /^\.caucase-[0-9a-f]{32}\.tmp$/.test(name);
}

interface TemporaryFileRules {
  readonly old: OldFile | undefined;
  readonly mode: number | undefined;
  readonly fileSystem: FileSystem;
}

/** What the old file has and the new one did not get. */
async function writeTemporary(
  path: string,
  content: FileContent,
  { old, mode, fileSystem }: TemporaryFileRules,
): Promise<readonly RightsLoss[]> {
  const asUsual = old === undefined && mode === undefined;
  const file = await fileSystem.create(path, asUsual ? 0o644 : 0o600);
  let losses: readonly RightsLoss[] = [];
  try {
    try {
      if (!asUsual) losses = await setRights(file, old, mode);
      await removeOldLeftovers(path, (await file.status()).modified, fileSystem);
      for await (const chunk of chunksOf(content)) await writeAll(file, chunk);
      await file.sync();
    } finally {
      await file.close();
    }
    return losses;
  } catch (error) {
    await removeLeftover(path, fileSystem);
    throw error;
  }
}

async function* chunksOf(content: FileContent): AsyncIterable<Uint8Array> {
  if (typeof content === "string") yield utf8(content);
  else if (content instanceof Uint8Array) yield content;
  else yield* content;
}

async function writeAll(file: NewFile, bytes: Uint8Array): Promise<void> {
  let offset = 0;
  while (offset < bytes.length) offset += await file.write(bytes.subarray(offset));
}

/** What has not been touched for this long belongs to nobody alive, in milliseconds. */
const ABANDONED_AFTER = 600_000;

/** Removes what killed writes left in the folder of `path`; `now` is by the file system's clock. */
async function removeOldLeftovers(path: string, now: number, fileSystem: FileSystem): Promise<void> {
  const folder = dirname(path);
  for (const name of (await fileSystem.list(folder)).filter(isTemporaryName)) {
    const leftover = await fileSystem.status(`${folder}/${name}`);
    const abandoned = leftover?.kind === "file" && now - leftover.modified > ABANDONED_AFTER;
    if (abandoned) await removeLeftover(`${folder}/${name}`, fileSystem);
  }
}

async function removeLeftover(path: string, fileSystem: FileSystem): Promise<void> {
  try {
    await fileSystem.remove(path);
  } catch {
    // The failure that led here is the one to report, and a later write tries again.
  }
}
