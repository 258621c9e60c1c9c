/** One backup: from the database's file to a file that its users can open. */
import { audienceOf } from "../../core/backup/recipients.ts";
import { sealBackup } from "../../core/backup/backup.ts";
import { CaucaseError } from "../../core/errors.ts";
import { hostFileSystem, writeFileDurably } from "../../core/host/durable_file.ts";
import { KEY_FILE_MODE } from "../../core/host/key_file.ts";
import { randomBytes } from "../../core/host/random.ts";
import type { PublicKey } from "../../core/keys/public_key.ts";
import { type Certificate, certificateFromPem, isValidAt } from "../../core/x509/certificate.ts";
import { Snapshot } from "../storage/sqlite/snapshot.ts";

export interface BackupOrder {
  /** Path of the database. */
  readonly database: string;
  /** Path of the backup; nothing is there yet. */
  readonly target: string;
  /** Unix seconds: whose certificate is valid. */
  readonly now: number;
}

export interface MadeBackup {
  /** Bytes of the file. */
  readonly size: number;
  /** Identifiers of the keys that can open it. */
  readonly recipients: readonly string[];
  /** Key identifiers of users with keys that the format cannot encrypt to. */
  readonly usersLeftOut: readonly string[];
  /** What the database holds besides tables and indexes of plain columns, such as `view "name"`. */
  readonly objectsLeftOut: readonly string[];
}

export interface BackupCircumstances {
  /** Ends it; nothing is left behind. */
  readonly signal?: AbortSignal;
  readonly fileSystem?: typeof hostFileSystem;
}

/**
 * Makes a backup in memory for a few blocks. Undefined, and nothing was written, while there is no user.
 * @throws `storage` when the database cannot be read; `file` for whatever keeps the file from being written, also when
 *   no user has a key that it could be encrypted to, and after the signal. Then there is no file
 */
export async function makeBackup(
  { database, target, now }: BackupOrder,
  { signal, fileSystem = hostFileSystem }: BackupCircumstances = {},
): Promise<MadeBackup | undefined> {
  using snapshot = await Snapshot.open(database);
  const { recipients, leftOut } = audienceOf(await userKeys(snapshot, now));
  if (recipients.length === 0 && leftOut.length === 0) return undefined;
  const sealed = sealBackup(untilAborted(snapshot.statements(), signal), { recipients, random: randomBytes });
  let size = 0;
  const content = counted(sealed, (length) => size += length);
  await writeFileDurably(target, content, { mode: KEY_FILE_MODE, fileSystem });
  return {
    size,
    recipients: recipients.map(({ keyId }) => keyId),
    usersLeftOut: leftOut.map(({ keyId }) => keyId),
    objectsLeftOut: snapshot.leftOut(),
  };
}

async function* untilAborted<T>(items: Iterable<T>, signal: AbortSignal | undefined): AsyncGenerator<T> {
  for (const item of items) {
    if (signal?.aborted) throw new CaucaseError("unacceptable", "the backup was given up: the server stops");
    yield item;
  }
}

async function* counted(chunks: AsyncIterable<Uint8Array>, add: (length: number) => void): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) {
    add(chunk.length);
    yield chunk;
  }
}

/**
 * Keys of the users' certificates that are valid at `now` and not revoked. What cannot be read is nobody's certificate.
 */
export async function userKeys(snapshot: Snapshot, now: number): Promise<PublicKey[]> {
  const keys: PublicKey[] = [];
  for (const stored of snapshot.userCertificates()) {
    const certificate = await readable(stored);
    if (certificate === undefined || !isValidAt(certificate, now)) continue;
    if (!snapshot.isUserRevoked(certificate.serial)) keys.push(certificate.publicKey);
  }
  return keys;
}

async function readable(stored: string): Promise<Certificate | undefined> {
  try {
    return await certificateFromPem(stored);
  } catch (error) {
    if (error instanceof CaucaseError) return undefined;
    throw error;
  }
}
