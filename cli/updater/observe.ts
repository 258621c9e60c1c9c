/** What an updater sees on the disk. Changes nothing. */
import { utf8 } from "../../core/bytes.ts";
import { CaucaseError } from "../../core/errors.ts";
import { readFileBytes } from "../../core/host/durable_file.ts";
import { parseKeyFile } from "../../core/host/key_file.ts";
import { type KeyPair, readKeyPair } from "../../core/host/key_pair_file.ts";
import { openCaStore, openCrlStore } from "../../core/host/trust_store.ts";
import { type Certificate, certificateFromPem } from "../../core/x509/certificate.ts";
import { type CertificateList, crlFromPem } from "../../core/x509/crl.ts";
import type { CertificateFiles, UpdaterEntry } from "./entry_options.ts";
import type { Change } from "./hook.ts";
import type { FileSystem } from "./host.ts";

/** Something on the disk that the hook must hear of, with the SHA-256 of its content. */
export interface Watched extends Change {
  /** Hex; null when there is nothing. */
  readonly fingerprint: string | null;
}

export interface OnDisk {
  /** CA certificates of the mode. */
  readonly authorities: readonly Certificate[];
  readonly crls: readonly CertificateList[];
  /** The pair, once there is one. */
  readonly pair: KeyPair | undefined;
  /** Why the files of the pair cannot be used. */
  readonly trouble: CaucaseError | undefined;
  readonly watched: readonly Watched[];
}

export async function readDisk(entry: UpdaterEntry, fileSystem: FileSystem): Promise<OnDisk> {
  const caPems = await readOr(() => openCaStore(entry.caPath, fileSystem).read());
  const crlPems = await readOr(() => openCrlStore(entry.crlPath, fileSystem).read());
  const casPems = isSeparate(entry) ? await readOr(() => openCaStore(entry.casCaPath, fileSystem).read()) : undefined;
  const { pair, trouble } = await readPair(entry.certificate, fileSystem);
  const watched: Watched[] = [
    { path: entry.caPath, reason: "ca", fingerprint: await fingerprint(caPems) },
    ...(casPems ? [{ path: entry.casCaPath, reason: "ca", fingerprint: await fingerprint(casPems) } as const] : []),
    { path: entry.crlPath, reason: "crl", fingerprint: await fingerprint(crlPems) },
    ...await watchedPair(entry.certificate, pair),
  ];
  const authorities = await readable(caPems, certificateFromPem);
  return { authorities, crls: await readable(crlPems, crlFromPem), pair, trouble, watched };
}

/** Whether the CA certificates for services have a store of their own. */
export function isSeparate({ casCaPath, caPath }: UpdaterEntry): boolean {
  return casCaPath !== caPath;
}

/** Nothing where the store cannot be read: the refresh of it meets the same trouble, and reports it. */
async function readOr(read: () => Promise<string[]>): Promise<string[]> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof CaucaseError) return [];
    throw error;
  }
}

/** Those that can be parsed; refreshing the store reports the others. */
async function readable<T>(pems: readonly string[], parse: (pem: string) => T | Promise<T>): Promise<T[]> {
  const parsed: T[] = [];
  for (const pem of pems) {
    try {
      parsed.push(await parse(pem));
    } catch (error) {
      if (!(error instanceof CaucaseError)) throw error;
    }
  }
  return parsed;
}

async function readPair(
  files: CertificateFiles | undefined,
  fileSystem: FileSystem,
): Promise<Pick<OnDisk, "pair" | "trouble">> {
  const nothing = { pair: undefined, trouble: undefined };
  try {
    if (files === undefined || !await hasCertificate(files, fileSystem)) return nothing;
    return { ...nothing, pair: await readKeyPair(files, fileSystem) };
  } catch (error) {
    if (error instanceof CaucaseError) return { ...nothing, trouble: error };
    throw error;
  }
}

async function hasCertificate({ certificatePath }: CertificateFiles, fileSystem: FileSystem): Promise<boolean> {
  const bytes = await readFileBytes(certificatePath, fileSystem);
  if (bytes === undefined || bytes.length === 0) return false;
  return (await parseKeyFile(bytes, certificatePath)).certificate !== undefined;
}

async function watchedPair(files: CertificateFiles | undefined, pair: KeyPair | undefined): Promise<Watched[]> {
  if (files === undefined) return [];
  const { certificatePath: path, keyPath } = files;
  const certificate = await fingerprint(pair && [pair.certificatePem]);
  // Of the public half: the state file is no place for anything derived from a private key.
  const key = pair === undefined ? null : pair.key.publicKey.keyId;
  return [
    { path, reason: "certificate", fingerprint: certificate },
    ...(keyPath === path ? [] : [{ path: keyPath, reason: "key", fingerprint: key } as const]),
  ];
}

async function fingerprint(pems: readonly string[] | undefined): Promise<string | null> {
  if (pems === undefined || pems.length === 0) return null;
  const text = pems.toSorted().join("");
  return new Uint8Array(await crypto.subtle.digest("SHA-256", utf8(text))).toHex();
}
