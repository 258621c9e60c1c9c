/** The change from one key pair to the next in two files, and its completion after it was cut short: see `key_pair_file.ts`. */
import { type Bytes, utf8 } from "../bytes.ts";
import { writeFileDurably } from "./durable_file.ts";
import { fileError } from "./file_error.ts";
import type { FileSystem } from "./file_system.ts";
import { KEY_FILE_MODE } from "./key_file.ts";
import { type Contents, isPair, type KeyPairFiles, type KeyPairPem, readContents } from "./key_pair_contents.ts";
import { fingerprint, type KeyPairJournal, readJournal, writeJournal } from "./key_pair_journal.ts";
import { type PreparedFile, prepareFile } from "./prepared_file.ts";

/** Steps 1 to 4. */
export async function changePair(files: KeyPairFiles, wanted: KeyPairPem, fileSystem: FileSystem): Promise<void> {
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

async function describe(old: Contents, wanted: KeyPairPem): Promise<KeyPairJournal> {
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

/** What became of a journal; `none`: there was nothing to complete. */
export type Recovery = "none" | "finished" | "discarded";

/** Completes the change that a journal tells of, or gives it up where it is out of date. */
export async function finishChange(files: KeyPairFiles, fileSystem: FileSystem): Promise<Recovery> {
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

/** The new contents of a change that was begun, not completed, and may still be. */
export async function pendingContents(files: KeyPairFiles, fileSystem: FileSystem): Promise<Contents | undefined> {
  if (files.key === files.certificate) return undefined;
  const journal = await readJournal(files.journal, fileSystem);
  if (journal === undefined || await isOutOfDate(journal, files, fileSystem)) return undefined;
  return { key: utf8(journal.keyPem), certificate: utf8(journal.certificatePem) };
}

async function isOutOfDate(journal: KeyPairJournal, files: KeyPairFiles, fileSystem: FileSystem): Promise<boolean> {
  const contents = await readContents(files, fileSystem);
  const keys = [journal.keyBefore, await fingerprint(utf8(journal.keyPem))];
  if (!keys.includes(await fingerprint(contents.key))) return true;
  const certificates = [journal.certificateBefore, await fingerprint(utf8(journal.certificatePem))];
  return !certificates.includes(await fingerprint(contents.certificate)) && await isPair(contents);
}
