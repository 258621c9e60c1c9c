/** What the files of a key pair are and hold. */
import { basename, dirname } from "node:path";
import type { Bytes } from "../bytes.ts";
import { CaucaseError } from "../errors.ts";
import type { Certificate } from "../x509/certificate.ts";
import type { PrivateKey } from "../keys/private_key.ts";
import { readFileBytes } from "./durable_file.ts";
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

export interface Contents {
  readonly key: Bytes | undefined;
  readonly certificate: Bytes | undefined;
}

export async function locate(paths: KeyPairPaths, fileSystem: FileSystem): Promise<KeyPairFiles> {
  const key = await realPath(paths.keyPath, fileSystem);
  const certificate = await realPath(paths.certificatePath, fileSystem);
  return { key, certificate, journal: `${key}.pending` };
}

/** Whether these contents are a key and its certificate. */
export async function isPair({ key, certificate }: Contents): Promise<boolean> {
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

export async function readContents(files: KeyPairFiles, fileSystem: FileSystem): Promise<Contents> {
  return {
    key: await readFileBytes(files.key, fileSystem),
    certificate: await readFileBytes(files.certificate, fileSystem),
  };
}

/**
 * The pair that key file and certificate file hold.
 * @throws `file` when either is missing, cannot be understood, or does not belong to the other
 */
export async function asPair(contents: Contents, paths: KeyPairPaths): Promise<KeyPair> {
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
