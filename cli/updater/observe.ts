/** What an updater sees on the disk. Changes nothing. */
import { utf8 } from "../../core/bytes.ts";
import { CaucaseError } from "../../core/errors.ts";
import { type FileSystem, readFileBytes } from "../../core/host/durable_file.ts";
import { type KeyPair, readKeyPair } from "../../core/host/key_pair_file.ts";
import { decodeText } from "../../core/text.ts";
import { openCaStore, openCrlStore } from "../../core/host/trust_store.ts";
import { type Certificate, certificateFromPem } from "../../core/x509/certificate.ts";
import { type CertificateList, crlFromPem } from "../../core/x509/crl.ts";
import type { CertificateFiles, UpdaterEntry } from "./entry_options.ts";
import type { ChangedPath } from "./hook.ts";

/** Something on the disk that the hook must hear of, with the SHA-256 of its content. */
export interface Watched extends ChangedPath {
  /** Hex; null when there is nothing. */
  readonly fingerprint: string | null;
}

export interface OnDisk {
  /** CA certificates of the mode. */
  readonly authorities: readonly Certificate[];
  readonly crls: readonly CertificateList[];
  /** Why some or all of the stored CRLs cannot be used. */
  readonly crlDamage: CaucaseError | undefined;
  /** The pair, once there is one. */
  readonly pair: KeyPair | undefined;
  /** Why the files of the pair cannot be used. */
  readonly trouble: CaucaseError | undefined;
  readonly watched: readonly Watched[];
}

/** Reads what an entry keeps, again and again; what did not change since the last time is not parsed again. */
export class DiskReader {
  readonly #authorities = new LastParsed<Certificate | undefined>();
  readonly #crls = new LastParsed<CertificateList | undefined>();
  readonly #pair = new LastParsed<KeyPair>();

  constructor(private readonly entry: UpdaterEntry, private readonly fileSystem: FileSystem) {}

  /** What cannot be read counts as missing: an action that needs it meets the same trouble and reports it. */
  async read(): Promise<OnDisk> {
    const { entry, fileSystem } = this;
    const caPems = await readOr(() => openCaStore(entry.caPath, fileSystem).read());
    const stored = await unlessRefused(() => openCrlStore(entry.crlPath, fileSystem).readIntact());
    const { pems: crlPems, damage: crlDamage } = stored ?? { pems: [], damage: undefined };
    const casPems = isSeparate(entry) ? await readOr(() => openCaStore(entry.casCaPath, fileSystem).read()) : undefined;
    const { pair, trouble } = await this.#readPair(entry.certificate);
    const watched: Watched[] = [
      { path: entry.caPath, reason: "ca", fingerprint: await fingerprint(caPems) },
      ...(casPems ? [{ path: entry.casCaPath, reason: "ca", fingerprint: await fingerprint(casPems) } as const] : []),
      { path: entry.crlPath, reason: "crl", fingerprint: await fingerprint(crlPems) },
      ...await watchedPair(entry.certificate, pair),
    ];
    const authorities = await this.#authorities.each(caPems, (pem) => unlessRefused(() => certificateFromPem(pem)));
    const crls = await this.#crls.each(crlPems, (pem) => unlessRefused(() => crlFromPem(pem)));
    return { authorities: known(authorities), crls: known(crls), crlDamage, pair, trouble, watched };
  }

  async #readPair(files: CertificateFiles | undefined): Promise<Pick<OnDisk, "pair" | "trouble">> {
    const nothing = { pair: undefined, trouble: undefined };
    if (files === undefined) return nothing;
    try {
      const certificate = await this.#text(files.certificatePath);
      if (!certificate.includes("-----BEGIN CERTIFICATE-----")) return nothing;
      const content = `${certificate}\0${await this.#text(files.keyPath)}`;
      const [pair] = await this.#pair.each([content], () => readKeyPair(files, this.fileSystem));
      return { ...nothing, pair };
    } catch (error) {
      if (error instanceof CaucaseError) return { ...nothing, trouble: error };
      throw error;
    }
  }

  async #text(path: string): Promise<string> {
    const bytes = await readFileBytes(path, this.fileSystem);
    return bytes === undefined ? "" : decodeText(bytes);
  }
}

/** What was parsed the last time, by its text. */
class LastParsed<T> {
  #last: ReadonlyMap<string, T> = new Map();

  /** All of `texts`, parsed. Throws what `parse` throws. */
  async each(texts: readonly string[], parse: (text: string) => T | Promise<T>): Promise<T[]> {
    const parsed = new Map<string, T>();
    for (const text of texts) parsed.set(text, this.#last.get(text) ?? await parse(text));
    this.#last = parsed;
    return [...parsed.values()];
  }
}

/** Whether the CA certificates for services have a separate store. */
export function isSeparate({ casCaPath, caPath }: UpdaterEntry): boolean {
  return casCaPath !== caPath;
}

async function readOr(read: () => Promise<string[]>): Promise<string[]> {
  return await unlessRefused(read) ?? [];
}

function known<T>(list: readonly (T | undefined)[]): T[] {
  return list.filter((one) => one !== undefined);
}

async function unlessRefused<T>(action: () => T | Promise<T>): Promise<T | undefined> {
  try {
    return await action();
  } catch (error) {
    if (error instanceof CaucaseError) return undefined;
    throw error;
  }
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
