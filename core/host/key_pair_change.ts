/**
 * Replaces a key and its certificate together; a change that was cut short is completed.
 *
 * One file is replaced by one rename. For two files, a journal, `<key file>.pending` (0600), is written first:
 *
 *  1. both new files are brought to the disk under temporary names: nothing after this needs room
 *  2. the journal: both new contents, and fingerprints of both old ones
 *  3. rename the key, rename the certificate, sync their folders
 *  4. remove the journal
 *
 * A journal that is found means that a change was begun and not completed. `recoverKeyPair`, called by the program that
 * maintains the files when it starts, completes it; until then `readKeyPair` takes the pair from the journal where the
 * files do not match. Other programs, which read the two files directly, can see a mismatch only between the two
 * renames, or after a kill there until the next start. When the second rename fails, the old key is put back.
 *
 * Writers exclude one another by the lock of the key's folder.
 */
import { type Bytes, utf8 } from "../bytes.ts";
import { hostFileSystem, writeFileDurably } from "./durable_file.ts";
import { fileError } from "./file_error.ts";
import type { FileSystem } from "./file_system.ts";
import { withFolderLock } from "./folder_lock.ts";
import { KEY_FILE_MODE } from "./key_file.ts";
import {
  asPair,
  fingerprint,
  isOutOfDate,
  type KeyPairContents,
  type KeyPairFiles,
  type KeyPairJournal,
  type KeyPairPaths,
  type KeyPairPem,
  locate,
  readContents,
  readJournal,
} from "./key_pair_file.ts";
import { type PreparedFile, prepareFile } from "./prepared_file.ts";

/** What became of a journal; `none`: there was nothing to complete. */
export type Recovery = "none" | "finished" | "discarded";

/**
 * Replaces key and certificate together. New files: the key's 0600, the certificate's 0644 less the umask, one for both
 * 0600; existing ones keep owner and mode.
 * @throws `file` when a file cannot be written (then the old pair is in place), or when the two do not belong together;
 * `in-use` when another process is writing them and does not come to an end
 */
export async function writeKeyPair(wanted: KeyPairPaths & KeyPairPem, fileSystem = hostFileSystem): Promise<void> {
  await asPair({ key: utf8(wanted.keyPem), certificate: utf8(wanted.certificatePem) }, wanted);
  await withFolderLock(wanted.keyPath, async () => {
    const files = await locate(wanted, fileSystem);
    if (files.key === files.certificate) {
      const content = wanted.keyPem + wanted.certificatePem;
      return await writeFileDurably(wanted.keyPath, content, { mode: KEY_FILE_MODE, fileSystem });
    }
    await finishChange(files, fileSystem);
    await changePair(files, wanted, fileSystem);
  });
}

/**
 * Completes a change that was cut short, see above. For the program that maintains the files, when it starts.
 * @returns `none`: there was nothing to do; `discarded`: the files were replaced by somebody else since
 * @throws `file` when a file cannot be written: the journal is kept then
 */
export function recoverKeyPair(
  paths: KeyPairPaths,
  fileSystem = hostFileSystem,
): Promise<Recovery> {
  return withFolderLock(paths.keyPath, async () => await finishChange(await locate(paths, fileSystem), fileSystem));
}

/** Steps 1 to 4. */
async function changePair(files: KeyPairFiles, wanted: KeyPairPem, fileSystem: FileSystem): Promise<void> {
  const old = await readContents(files, fileSystem);
  await using key = await prepareKey(files, wanted, fileSystem);
  await using certificate = await prepareCertificate(files, wanted, fileSystem);
  let undo = () => removeFile(files.journal, fileSystem);
  try {
    await writeJournal(files.journal, await describe(old, wanted), fileSystem);
    await key.replace();
    undo = async () => {
      await putBack(files.key, old.key, fileSystem);
      await removeFile(files.journal, fileSystem);
    };
    await certificate.replace();
  } catch (error) {
    // Where undoing fails too, the journal stays, and the next start completes the change.
    await undo().catch(() => {});
    throw error;
  }
  await key.settle();
  await certificate.settle();
  await removeFile(files.journal, fileSystem);
}

async function writeJournal(path: string, journal: KeyPairJournal, fileSystem: FileSystem): Promise<void> {
  const text = JSON.stringify({ format: "caucase key pair, 1", ...journal }) + "\n";
  await writeFileDurably(path, text, { mode: KEY_FILE_MODE, fileSystem });
}

async function describe(old: KeyPairContents, wanted: KeyPairPem): Promise<KeyPairJournal> {
  return {
    keyBefore: await fingerprint(old.key),
    certificateBefore: await fingerprint(old.certificate),
    keyPem: wanted.keyPem,
    certificatePem: wanted.certificatePem,
  };
}

async function putBack(path: string, content: Bytes | undefined, fileSystem: FileSystem): Promise<void> {
  if (content === undefined) await removeFile(path, fileSystem);
  else await writeFileDurably(path, content, { fileSystem });
}

async function removeFile(path: string, fileSystem: FileSystem): Promise<void> {
  try {
    await fileSystem.remove(path);
  } catch (error) {
    throw fileError("remove", path, error);
  }
}

/** Completes the change that a journal tells of, or gives it up where it is out of date. */
async function finishChange(files: KeyPairFiles, fileSystem: FileSystem): Promise<Recovery> {
  if (files.key === files.certificate) return "none";
  const journal = await readJournal(files.journal, fileSystem);
  if (journal === undefined) return "none";
  const outOfDate = await isOutOfDate(journal, files, fileSystem);
  if (!outOfDate) await completeChange(files, journal, fileSystem);
  await removeFile(files.journal, fileSystem);
  return outOfDate ? "discarded" : "finished";
}

async function completeChange(files: KeyPairFiles, wanted: KeyPairPem, fileSystem: FileSystem): Promise<void> {
  await using key = await prepareKey(files, wanted, fileSystem);
  await using certificate = await prepareCertificate(files, wanted, fileSystem);
  await key.replace();
  await certificate.replace();
  await key.settle();
  await certificate.settle();
}

function prepareKey(files: KeyPairFiles, { keyPem }: KeyPairPem, fileSystem: FileSystem): Promise<PreparedFile> {
  return prepareFile({ path: files.key, content: keyPem, mode: KEY_FILE_MODE }, fileSystem);
}

function prepareCertificate(files: KeyPairFiles, { certificatePem }: KeyPairPem, fileSystem: FileSystem) {
  return prepareFile({ path: files.certificate, content: certificatePem, mode: undefined }, fileSystem);
}
