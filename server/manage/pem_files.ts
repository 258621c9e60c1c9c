/** PEM files that an administrator names: what they hold, keys decrypted. */
import { CaucaseError } from "../../core/errors.ts";
import { readFileBytes } from "../../core/host/durable_file.ts";
import { fileError } from "../../core/host/file_error.ts";
import { decodePem, type PemBlock } from "../../core/pem.ts";
import { decodeText } from "../../core/text.ts";
import { decryptPrivateKey } from "../../core/keys/encrypted_key.ts";
import { isEncryptedKeyBlock, type PrivateKey, privateKeyFromPem } from "../../core/keys/private_key.ts";

/** Where passphrases come from: a terminal, a file, a test. */
export interface Passphrases {
  /** Of the encrypted private key in the file at `path`. */
  ofKey(path: string): Promise<string>;
  /** To encrypt exported keys with. */
  forExport(): Promise<string>;
}

/** @throws `file` */
export async function readPemBlocks(path: string): Promise<PemBlock[]> {
  const bytes = await readFileBytes(path);
  if (bytes === undefined) throw new CaucaseError("file", `cannot read ${path}: it does not exist`);
  return await about(path, () => decodePem(decodeText(bytes)));
}

/** The private key of one block of the file at `path`; asks for its passphrase if it is encrypted. @throws `file` */
export async function openKey(block: PemBlock, path: string, passphrases: Passphrases): Promise<PrivateKey> {
  if (!isEncryptedKeyBlock(block)) return await about(path, () => privateKeyFromPem(block));
  const passphrase = await passphrases.ofKey(path);
  return await about(path, () => decryptPrivateKey(block, passphrase));
}

/** Runs what judges the content of the file at `path`; refusals name the file. */
export async function about<T>(path: string, judge: () => T | Promise<T>): Promise<T> {
  try {
    return await judge();
  } catch (error) {
    throw error instanceof CaucaseError ? fileError("use", path, error) : error;
  }
}

/** The error that says why the file at `path` is of no use here. */
export function unusable(path: string, reason: string, hint?: string): CaucaseError {
  return new CaucaseError("file", `cannot use ${path}: ${reason}`, hint === undefined ? {} : { hint });
}
