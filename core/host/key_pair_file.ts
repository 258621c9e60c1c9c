/**
 * A key and its certificate, in one file or in two, that are never seen as a mismatched pair: what the files hold, and
 * how they are read, also while they are replaced. `key_pair_change.ts` replaces them.
 *
 * Two files take two renames, and a process can be killed in between. So the change is noted first, in a journal beside
 * the key (`<key file>.pending`, 0600), and the reader takes the pair from there where the files do not match.
 *
 * A journal is out of date when somebody else has replaced a file since: when the key file is neither the old nor the
 * new one, or when another certificate stands there that belongs to the key. It is then of no effect: a key that we did
 * not see is never overwritten by a recovery.
 */
import { basename, dirname } from "node:path";
import * as v from "valibot";
import { type Bytes, fromUtf8, utf8 } from "../bytes.ts";
import { CaucaseError } from "../errors.ts";
import type { Certificate } from "../x509/certificate.ts";
import type { PrivateKey } from "../keys/private_key.ts";
import { hostFileSystem, readFileBytes } from "./durable_file.ts";
import { type FileSystem, followLinks, unlessMissing } from "./file_system.ts";
import { belongTogether, parseKeyFile } from "./key_file.ts";

export interface KeyPairPaths {
  readonly keyPath: string;
  /** May be the same file as `keyPath`. */
  readonly certificatePath: string;
}

export interface KeyPairPem {
  readonly keyPem: string;
  readonly certificatePem: string;
}

export interface KeyPair extends KeyPairPem {
  readonly key: PrivateKey;
  readonly certificate: Certificate;
}

/** Where the files really are: links followed, and the folder's path made absolute, so that they can be compared. */
export interface KeyPairFiles {
  readonly key: string;
  readonly certificate: string;
  readonly journal: string;
}

export interface KeyPairContents {
  readonly key: Bytes | undefined;
  readonly certificate: Bytes | undefined;
}

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

export async function locate(paths: KeyPairPaths, fileSystem: FileSystem): Promise<KeyPairFiles> {
  const key = await realPath(paths.keyPath, fileSystem);
  const certificate = await realPath(paths.certificatePath, fileSystem);
  return { key, certificate, journal: `${key}.pending` };
}

/** Whether these contents are a key and its certificate. */
export async function isPair({ key, certificate }: KeyPairContents): Promise<boolean> {
  if (key === undefined || certificate === undefined) return false;
  try {
    await asPair({ key, certificate }, { keyPath: "", certificatePath: "" });
    return true;
  } catch (error) {
    if (error instanceof CaucaseError) return false;
    throw error;
  }
}

async function realPath(path: string, fileSystem: FileSystem): Promise<string> {
  const target = await followLinks(path, fileSystem);
  const folder = await unlessMissing(() => Deno.realPath(dirname(target)));
  return `${folder ?? dirname(target)}/${basename(target)}`;
}

export async function readContents(files: KeyPairFiles, fileSystem: FileSystem): Promise<KeyPairContents> {
  return {
    key: await readFileBytes(files.key, fileSystem),
    certificate: await readFileBytes(files.certificate, fileSystem),
  };
}

/**
 * The pair that key file and certificate file hold.
 * @throws `file` when either is missing, cannot be understood, or does not belong to the other
 */
export async function asPair(contents: KeyPairContents, paths: KeyPairPaths): Promise<KeyPair> {
  const { key, keyPem } = await parseKeyFile(present(contents.key, paths.keyPath), paths.keyPath);
  const { certificate, certificatePem } = await parseKeyFile(
    present(contents.certificate, paths.certificatePath),
    paths.certificatePath,
  );
  if (key === undefined || keyPem === undefined) throw unusable(paths.keyPath, "it holds no private key");
  if (certificate === undefined || certificatePem === undefined) {
    throw unusable(paths.certificatePath, "it holds no certificate");
  }
  if (!belongTogether(key, certificate)) {
    throw unusable(paths.certificatePath, `the certificate is for another key than the one in ${paths.keyPath}`);
  }
  return { key, keyPem, certificate, certificatePem };
}

function present(bytes: Bytes | undefined, path: string): Bytes {
  if (bytes === undefined) throw unusable(path, "it does not exist");
  return bytes;
}

function unusable(path: string, reason: string): CaucaseError {
  return new CaucaseError("file", `cannot use ${path}: ${reason}`);
}

/** What is written down beside a key before it and its certificate, in two files, are replaced. */
const JOURNAL = v.object({
  format: v.literal("caucase key pair, 1"),
  /** SHA-256 of the key file that is replaced, hex; null when there was none. */
  keyBefore: v.nullable(v.string()),
  certificateBefore: v.nullable(v.string()),
  /** The new contents. */
  keyPem: v.string(),
  certificatePem: v.string(),
});

export type KeyPairJournal = Omit<v.InferOutput<typeof JOURNAL>, "format">;

/**
 * The journal at `path`; undefined when there is none.
 * @throws `file` when something else stands there: ours are written durably, so never half
 */
export async function readJournal(path: string, fileSystem: FileSystem): Promise<KeyPairJournal | undefined> {
  const bytes = await readFileBytes(path, fileSystem);
  if (bytes === undefined) return undefined;
  try {
    return v.parse(JOURNAL, JSON.parse(fromUtf8(bytes)));
  } catch {
    // Without the cause: a parser's message may quote what stands there, and that may be a key.
    const hint = "it stands where a change of key and certificate is noted; move it away";
    throw new CaucaseError("file", `cannot use ${path}: it is not a journal of caucase`, { hint });
  }
}

/** How a journal refers to the content of a file: SHA-256 in hex, null for a file that does not exist. */
export async function fingerprint(bytes: Uint8Array<ArrayBuffer> | undefined): Promise<string | null> {
  return bytes === undefined ? null : new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex();
}

/** The new contents of a change that was begun, not completed, and may still be. */
async function pendingContents(files: KeyPairFiles, fileSystem: FileSystem): Promise<KeyPairContents | undefined> {
  if (files.key === files.certificate) return undefined;
  const journal = await readJournal(files.journal, fileSystem);
  if (journal === undefined || await isOutOfDate(journal, files, fileSystem)) return undefined;
  return { key: utf8(journal.keyPem), certificate: utf8(journal.certificatePem) };
}

export async function isOutOfDate(
  journal: KeyPairJournal,
  files: KeyPairFiles,
  fileSystem: FileSystem,
): Promise<boolean> {
  const contents = await readContents(files, fileSystem);
  const keys = [journal.keyBefore, await fingerprint(utf8(journal.keyPem))];
  if (!keys.includes(await fingerprint(contents.key))) return true;
  const certificates = [journal.certificateBefore, await fingerprint(utf8(journal.certificatePem))];
  return !certificates.includes(await fingerprint(contents.certificate)) && await isPair(contents);
}
