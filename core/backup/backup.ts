/**
 * Whole backups: a dump, encrypted to users. The format is in container.ts, authenticated_stream.ts and sql_dump.ts.
 */
import { concatBytes, type RandomSource } from "../bytes.ts";
import type { PrivateKey } from "../keys/private_key.ts";
import type { PublicKey } from "../keys/public_key.ts";
import { openStream, sealStream, type StreamKeys } from "./authenticated_stream.ts";
import { ChunkReader } from "./chunks.ts";
import { type BackupHeader, encodeBackupHeader, PREFIX_SIZE, readBackupHeader, readHeaderSize } from "./container.ts";
import { type DumpStatement, parseDump } from "./sql_dump.ts";
import { addressBackup, openAddressed } from "./recipients.ts";

export interface SealOptions {
  /** Keys that can open it: `recipients` of `audienceOf`. */
  readonly recipients: readonly PublicKey[];
  readonly random: RandomSource;
  /** Another than the format's is for tests of its borders. */
  readonly blockSize?: number;
}

/**
 * The bytes of a backup, in memory for two blocks.
 * @throws `unacceptable` without recipients
 */
export async function* sealBackup(
  dump: AsyncIterable<Uint8Array>,
  { recipients, random, blockSize }: SealOptions,
): AsyncGenerator<Uint8Array> {
  const keys: StreamKeys = { hmacKey: random(32), aesKey: random(32), iv: random(16) };
  yield encodeBackupHeader(await addressBackup(keys, recipients, random));
  yield* sealStream(dump, keys, blockSize);
}

export interface OpenedBackup {
  readonly header: BackupHeader;
  /**
   * The dump, statement by statement, each authenticated before it comes. Whole only when this ends without an error:
   * `untrusted` or `malformed`. To be read once.
   */
  readonly statements: AsyncIterable<DumpStatement>;
}

/**
 * Opens the backup whose bytes are `content`, in memory for a few blocks.
 * @throws `malformed` when it is no backup; `unacceptable` when `key` is none of those it is encrypted to
 */
export async function openBackup(
  content: AsyncIterable<Uint8Array>,
  key: PrivateKey,
  blockSize?: number,
): Promise<OpenedBackup> {
  const reader = new ChunkReader(content);
  try {
    const header = await takeHeader(reader);
    const keys = await openAddressed(header, key);
    return { header, statements: parseDump(openStream(reader.rest(), keys, blockSize)) };
  } catch (error) {
    await reader.close();
    throw error;
  }
}

async function takeHeader(reader: ChunkReader): Promise<BackupHeader> {
  const prefix = await reader.take(PREFIX_SIZE);
  const header = await reader.take(readHeaderSize(prefix));
  return readBackupHeader(concatBytes(prefix, header)).header;
}
