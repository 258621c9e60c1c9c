/** From a backup to a database: what is checked before, and what is made of it. */
import { OPERATOR } from "../../core/ca/actor.ts";
import { CaucaseError } from "../../core/errors.ts";
import { appended, hostFileSystem, readFileBytes } from "../../core/host/durable_file.ts";
import { withFolderLock } from "../../core/host/folder_lock.ts";
import { parseKeyFile } from "../../core/host/key_file.ts";
import { prepareFile } from "../../core/host/prepared_file.ts";
import { onStopSignals } from "../../core/host/signals.ts";
import type { OnProgress } from "../../core/progress.ts";
import { type CertificationRequest, csrFromFile, verifyCsr } from "../../core/x509/csr.ts";
import { checkKeyStrength } from "../../core/keys/public_key.ts";
import type { NewDatabase } from "../storage/sqlite/new_database.ts";
import { loadBackup } from "./load_backup.ts";
import { readUserKey, type UserKey } from "./open_backup_file.ts";
import { about, type Passphrases, unusable } from "./pem_files.ts";
import { type Replacement, replaceUser, type RestoringRequest } from "./restored_user.ts";

/** Paths, as the command line names them. */
export interface RestoreFiles {
  readonly backup: string;
  /** The private key that opens it, alone or with its certificate. */
  readonly key: string;
  /** A request with another key. */
  readonly csr: string;
  /** Where the new certificate is appended. */
  readonly crt: string;
}

/** All that is asked of the files but the backup, before anything is made. */
export interface Restoration {
  readonly files: RestoreFiles;
  readonly user: UserKey;
  readonly request: RestoringRequest;
}

/** @throws `file` for whatever of these files cannot be used */
export async function prepareRestoration(files: RestoreFiles, passphrases: Passphrases): Promise<Restoration> {
  const user = await readUserKey(files.key, passphrases);
  const request = await readRequest(files.csr);
  if (request.csr.publicKey.keyId === user.key.publicKey.keyId) {
    throw unusable(files.csr, "it is a request for the key that opens the backup, which is given up", "make a new key");
  }
  await requireFitting(files.crt, request.csr);
  return { files, user, request };
}

async function readRequest(path: string): Promise<RestoringRequest> {
  const bytes = await readFileBytes(path);
  if (bytes === undefined) throw new CaucaseError("file", `cannot read ${path}: it does not exist`);
  return await about(path, async () => {
    const { csr, pem } = await csrFromFile(bytes);
    checkKeyStrength(csr.publicKey);
    await verifyCsr(csr);
    return { csr, bytes: pem };
  });
}

/** A file that holds another private key would be of no use with the new certificate. */
async function requireFitting(path: string, { publicKey }: CertificationRequest): Promise<void> {
  const bytes = await readFileBytes(path);
  const key = bytes && (await parseKeyFile(bytes, path)).key;
  if (key !== undefined && key.publicKey.keyId !== publicKey.keyId) {
    throw unusable(path, "it holds another private key than that of the request");
  }
}

/** What a restore needs besides the files. */
export interface Circumstances extends Omit<Replacement, "user" | "request"> {
  readonly onProgress?: OnProgress | undefined;
}

/**
 * Fills an empty database from the backup and gives its user a new certificate.
 * @returns that certificate, PEM
 * @throws `file` for a backup that is damaged, hostile or not for this key; see also `replaceUser`
 */
export async function restoreInto(
  target: NewDatabase,
  { files, user, request }: Restoration,
  circumstances: Circumstances,
): Promise<string> {
  const { content: database } = target;
  const { onProgress } = circumstances;
  const stop = onStopSignals();
  try {
    await loadBackup(database, files.backup, { key: user.key, signal: stop.signal, onProgress });
  } catch (error) {
    if (!stop.signal.aborted) throw error;
    throw new CaucaseError("file", `the restore was stopped: there is no database at ${target.path}`, { cause: error });
  } finally {
    stop.remove();
  }
  database.completeSchema();
  const certificatePem = await replaceUser(database, { ...circumstances, user, request });
  database.markRestored({ actor: OPERATOR, now: circumstances.now });
  return certificatePem;
}

/**
 * Puts the database in its place and the certificate behind what is in its file: both are on the disk before the first
 * is seen. Where the second cannot be, the first is taken away again.
 */
export function publishRestored(target: NewDatabase, path: string, certificatePem: string): Promise<void> {
  return withFolderLock(path, async () => {
    const old = await readFileBytes(path) ?? new Uint8Array();
    const content = appended(old, certificatePem);
    await using prepared = await prepareFile({ path, content, mode: undefined }, hostFileSystem);
    try {
      await target.publish();
      await prepared.replace();
    } catch (error) {
      await target.withdraw();
      throw error;
    }
    await prepared.settle();
  });
}
