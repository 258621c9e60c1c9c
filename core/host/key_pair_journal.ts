/** What is written down beside a key before it and its certificate, in two files, are replaced; see `key_pair_file.ts`. */
import * as v from "valibot";
import { fromUtf8 } from "../bytes.ts";
import { CaucaseError } from "../errors.ts";
import { readFileBytes, writeFileDurably } from "./durable_file.ts";
import type { FileSystem } from "./file_system.ts";
import { KEY_FILE_MODE } from "./key_file.ts";

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

export async function writeJournal(path: string, journal: KeyPairJournal, fileSystem: FileSystem): Promise<void> {
  const text = JSON.stringify({ format: "caucase key pair, 1", ...journal }) + "\n";
  await writeFileDurably(path, text, { mode: KEY_FILE_MODE, fileSystem });
}

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
    throw new CaucaseError("file", `cannot use ${path}: it is not a note of caucase's`, { hint });
  }
}

/** How a journal refers to the content of a file: SHA-256 in hex, null for a file that does not exist. */
export async function fingerprint(bytes: Uint8Array<ArrayBuffer> | undefined): Promise<string | null> {
  return bytes === undefined ? null : new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex();
}
