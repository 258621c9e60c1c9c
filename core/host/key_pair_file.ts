/**
 * A key and its certificate, in one file or in two, that are never seen as a mismatched pair.
 *
 * One file is replaced by one rename. Two files take two renames, and a process can be killed in between. So a journal,
 * `<key file>.pending` (0600), is written first:
 *
 *  1. both new files are brought to the disk under temporary names: nothing after this needs room
 *  2. the journal: both new contents, and fingerprints of both old ones
 *  3. rename the key, rename the certificate, sync their folders
 *  4. remove the journal
 *
 * Who finds a journal knows that a change was begun and not completed. `recoverKeyPair`, called by the program that maintains
 * the files when it starts, completes it; until then `readKeyPair` takes the pair from the journal where the files do not
 * match. Other programs, which read the two files directly, can see a mismatch only between the two renames, or after a kill
 * there until the next start. When the second rename fails, the old key is put back.
 *
 * A journal is out of date when somebody else has replaced a file since: when the key file is neither the old nor the new
 * one, or when another certificate stands there that belongs to the key. It is then removed and changes nothing: a key that
 * we did not see is never overwritten by a recovery.
 *
 * Writers exclude one another by the lock of the key's folder.
 */
import { utf8 } from "../bytes.ts";
import { hostFileSystem, writeFileDurably } from "./durable_file.ts";
import { withFolderLock } from "./folder_lock.ts";
import { KEY_FILE_MODE } from "./key_file.ts";
import { changePair, finishChange, pendingContents, type Recovery } from "./key_pair_change.ts";
import { asPair, type KeyPair, type KeyPairPaths, type KeyPairPem, locate, readContents } from "./key_pair_contents.ts";

export type { KeyPair, KeyPairPaths, KeyPairPem, Recovery };

/**
 * Reads a key and its certificate. Changes nothing on the disk.
 * @throws `file` when either is missing, cannot be understood, or does not belong to the other
 */
export async function readKeyPair(paths: KeyPairPaths, fileSystem = hostFileSystem): Promise<KeyPair> {
  const files = await locate(paths, fileSystem);
  // A writer may replace both files between our reading the one and the other: so look again before complaining.
  for (let attempt = 1;; attempt++) {
    try {
      return await asPair(await readContents(files, fileSystem), paths);
    } catch (error) {
      const pending = await pendingContents(files, fileSystem);
      if (pending !== undefined) return await asPair(pending, paths);
      if (attempt === 3) throw error;
    }
  }
}

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
