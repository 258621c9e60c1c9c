/** Backups on disk, which may be larger than memory. */
import { type Bytes, concatBytes } from "../bytes.ts";
import { type BackupHeader, PREFIX_SIZE, readBackupHeader, readHeaderSize } from "../backup/container.ts";
import type { OnProgress } from "../progress.ts";
import { fileError } from "./file_error.ts";

/** Bytes that are read at once. */
const CHUNK = 256 * 1024;

/**
 * The header of the backup at `path`, the offset at which its cipher text begins, and the size of the file, in bytes.
 * Reads no further than the header.
 * @throws `file`, also when it is no backup
 */
export async function readBackupFileHeader(path: string): Promise<{ header: BackupHeader; end: number; size: number }> {
  try {
    using file = await Deno.open(path, { read: true });
    const prefix = await readUpTo(file, PREFIX_SIZE);
    const header = await readUpTo(file, readHeaderSize(prefix));
    return { ...readBackupHeader(concatBytes(prefix, header)), size: (await file.stat()).size };
  } catch (error) {
    throw fileError("read", path, error);
  }
}

/**
 * All bytes of the file at `path`, for `openBackup`. A chunk is good until the next one is asked for: all lie in the
 * same memory.
 * @throws `file`
 */
export async function* readChunks(path: string, onProgress: OnProgress = () => {}): AsyncGenerator<Bytes> {
  const buffer = new Uint8Array(CHUNK);
  try {
    using file = await Deno.open(path, { read: true });
    const { isFile, size } = await file.stat();
    const progress = { task: `Reading ${path}`, total: isFile ? size : undefined, unit: "bytes" } as const;
    let done = 0;
    for (let read = await file.read(buffer); read !== null; read = await file.read(buffer)) {
      done += read;
      onProgress({ ...progress, done });
      yield buffer.subarray(0, read);
    }
  } catch (error) {
    throw fileError("read", path, error);
  }
}

/** The next `size` bytes, fewer where the file ends before. */
async function readUpTo(file: Deno.FsFile, size: number): Promise<Bytes> {
  const bytes = new Uint8Array(size);
  let length = 0;
  while (length < size) {
    const read = await file.read(bytes.subarray(length));
    if (read === null) break;
    length += read;
  }
  return bytes.subarray(0, length);
}
