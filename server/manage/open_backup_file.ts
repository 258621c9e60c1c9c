/** A backup's file and the key that opens it. */
import { openBackup, type OpenedBackup } from "../../core/backup/backup.ts";
import { PEM_LABEL } from "../../core/pem.ts";
import type { OnProgress } from "../../core/progress.ts";
import { readChunks } from "../../core/host/backup_file.ts";
import { belongTogether } from "../../core/host/key_file.ts";
import { type Certificate, parseCertificate } from "../../core/x509/certificate.ts";
import { isPrivateKeyBlock, type PrivateKey } from "../../core/keys/private_key.ts";
import { about, openKey, type Passphrases, readPemBlocks, unusable } from "./pem_files.ts";

/** A user's private key, and the certificates for it that are in the same file. */
export interface UserKey {
  readonly key: PrivateKey;
  readonly certificates: readonly Certificate[];
}

/** @throws `file` unless the file at `path` holds exactly one private key */
export async function readUserKey(path: string, passphrases: Passphrases): Promise<UserKey> {
  const blocks = await readPemBlocks(path);
  const [block, another] = blocks.filter(isPrivateKeyBlock);
  if (block === undefined) throw unusable(path, "it holds no private key");
  if (another !== undefined) throw unusable(path, "it holds more than one private key");
  const key = await openKey(block, path, passphrases);
  const certificates: Certificate[] = [];
  for (const { label, der } of blocks) {
    if (label !== PEM_LABEL.CERTIFICATE) continue;
    const certificate = await about(path, () => parseCertificate(der));
    if (belongTogether(key, certificate)) certificates.push(certificate);
  }
  return { key, certificates };
}

/** Opens the backup at `path`, see `openBackup`; errors name the file. The file is closed when its statements ended. */
export async function openBackupFile(path: string, key: PrivateKey, onProgress?: OnProgress): Promise<OpenedBackup> {
  const { header, statements } = await about(path, () => openBackup(readChunks(path, onProgress), key));
  return { header, statements: namingFile(path, statements) };
}

async function* namingFile<T>(path: string, items: AsyncIterable<T>): AsyncGenerator<T> {
  const iterator = items[Symbol.asyncIterator]();
  try {
    for (;;) {
      const { value, done } = await about(path, () => iterator.next());
      if (done) return;
      yield value;
    }
  } finally {
    await iterator.return?.();
  }
}
