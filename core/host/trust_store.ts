/**
 * Trust stores: the CA certificates, or the CRLs, that a program goes by, in a file or a directory that other programs
 * read too.
 *
 * A file holds all PEM blocks together. A directory holds one file per CA key, `<key identifier, hex>.ca.pem` or
 * `.crl.pem`: of several certificates for the same key, as when a CA was re-issued, all go into that one file, and so
 * do CRLs. A CRL without authorityKeyIdentifier (ours all have one) goes by the SHA-1 of its issuer's name.
 *
 * New files are written before old ones are removed, each durably: a reader in between finds the old content, the new,
 * or both.
 */
import { dirname, extname } from "node:path";
import { type Bytes, utf8 } from "../bytes.ts";
import { CaucaseError } from "../errors.ts";
import { PEM_LABEL } from "../pem.ts";
import { decodeText } from "../text.ts";
import { parseCertificate } from "../x509/certificate.ts";
import { parseCrl } from "../x509/crl.ts";
import { hostFileSystem, readFileBytes, writeFileDurably } from "./durable_file.ts";
import { fileError } from "./file_error.ts";
import { type FileSystem, followLinks, statusBehind } from "./file_system.ts";
import { isTemporaryName } from "./prepared_file.ts";
import { forStorage, type StoredBlock, storedBlocks } from "./stored_pem.ts";

export interface TrustStore {
  readonly path: string;
  /**
   * The blocks, as they are stored, each once; none when there is no store. Of a directory every regular file counts,
   * and every link to one, whatever its name.
   * @throws `file` when something cannot be read, or holds a PEM block that is malformed
   */
  read(): Promise<string[]>;
  /**
   * As `read`, but without what is damaged: for what can be had again.
   * @throws `file` when something cannot be read for reasons of the system
   */
  readIntact(): Promise<IntactBlocks>;
  /**
   * Makes `pems` the content; text around the PEM blocks is left out. A file that holds the right blocks already is not
   * touched, not even for their order.
   * @returns whether anything changed
   * @throws `file`, also when there is no block: an empty store would be taken for a missing one; `malformed`,
   *   `unacceptable`
   */
  write(pems: readonly string[]): Promise<boolean>;
}

export interface IntactBlocks {
  readonly pems: readonly string[];
  /** The first damage, with its file: PEM that is malformed, or that does not hold what it says. */
  readonly damage: CaucaseError | undefined;
}

/** CA certificates. `path` need not exist: it becomes a file if its name has an extension, else a directory. */
export function openCaStore(path: string, fileSystem: FileSystem = hostFileSystem): TrustStore {
  return open({ path, fileSystem, label: PEM_LABEL.CERTIFICATE, ending: ".ca.pem", keyIdentifier: caKeyIdentifier });
}

/** CRLs; otherwise as `openCaStore`. */
export function openCrlStore(path: string, fileSystem: FileSystem = hostFileSystem): TrustStore {
  return open({ path, fileSystem, label: PEM_LABEL.CRL, ending: ".crl.pem", keyIdentifier: crlKeyIdentifier });
}

interface Store {
  readonly path: string;
  readonly fileSystem: FileSystem;
  readonly label: string;
  readonly ending: string;
  /** Key identifier, hex, of the CA that a block is of. */
  keyIdentifier(der: Uint8Array): Promise<string>;
}

function open(store: Store): TrustStore {
  return {
    path: store.path,
    read: () => readStore(store),
    readIntact: () => readIntact(store),
    write: (pems) => writeStore(store, pems),
  };
}

async function caKeyIdentifier(der: Uint8Array): Promise<string> {
  return (await parseCertificate(der)).keyIdentifier;
}

async function crlKeyIdentifier(der: Uint8Array): Promise<string> {
  const { authorityKeyIdentifier, issuer } = parseCrl(der);
  return authorityKeyIdentifier ?? new Uint8Array(await crypto.subtle.digest("SHA-1", issuer)).toHex();
}

async function readStore(store: Store): Promise<string[]> {
  try {
    const blocks: string[] = [];
    for (const path of await pathsToRead(store)) {
      const found = parseBlocks(await readFileBytes(path, store.fileSystem), path, store.label);
      blocks.push(...found.map(({ raw }) => forStorage(raw)));
    }
    return [...new Set(blocks)];
  } catch (error) {
    throw fileError("read", store.path, error);
  }
}

async function readIntact(store: Store): Promise<IntactBlocks> {
  try {
    const blocks: string[] = [];
    let damage: CaucaseError | undefined;
    for (const path of await pathsToRead(store)) {
      const text = new TextDecoder().decode(await readFileBytes(path, store.fileSystem));
      // Each block by itself, up to the next BEGIN: one that was cut off takes no other with it.
      for (const piece of text.split(/(?=-----BEGIN )/)) {
        const found = await intactBlocks(store, piece, path);
        if (found instanceof CaucaseError) damage ??= found;
        else blocks.push(...found);
      }
    }
    return { pems: [...new Set(blocks)], damage };
  } catch (error) {
    throw fileError("read", store.path, error);
  }
}

/** The blocks of `text` as they are stored, or why one of them is of no use. */
async function intactBlocks(store: Store, text: string, path: string): Promise<readonly string[] | CaucaseError> {
  try {
    const blocks = storedBlocks(text, store.label);
    for (const { der } of blocks) await store.keyIdentifier(der);
    return blocks.map(({ raw }) => forStorage(raw));
  } catch (error) {
    if (error instanceof CaucaseError) return fileError("use", path, error);
    throw error;
  }
}

async function writeStore(store: Store, pems: readonly string[]): Promise<boolean> {
  const blocks = pems.flatMap((pem) => storedBlocks(pem, store.label));
  if (blocks.length === 0) throw new CaucaseError("file", `cannot write ${store.path}: there is nothing to store`);
  const byName = await nameFiles(store, blocks);
  try {
    if (!await isDirectory(store)) return await writeBlocks(store, store.path, blocks);
    await makeDirectory(store);
    let changed = false;
    for (const [name, own] of byName) changed = await writeBlocks(store, `${store.path}/${name}`, own) || changed;
    return await removeOthers(store, byName) || changed;
  } catch (error) {
    throw fileError("write", store.path, error);
  }
}

async function isDirectory({ path, fileSystem }: Store): Promise<boolean> {
  const status = await statusBehind(path, fileSystem);
  return status === undefined ? path.endsWith("/") || extname(path) === "" : status.kind === "folder";
}

async function pathsToRead(store: Store): Promise<string[]> {
  if (!await isDirectory(store)) return [store.path];
  return (await filesIn(store)).filter((name) => !isTemporaryName(name)).map((name) => `${store.path}/${name}`);
}

/** Names of the directory's regular files and of links to such, sorted; none when it does not exist. */
async function filesIn({ path, fileSystem }: Store): Promise<string[]> {
  if (await statusBehind(path, fileSystem) === undefined) return [];
  const names: string[] = [];
  for (const name of await fileSystem.list(path)) {
    if ((await statusBehind(`${path}/${name}`, fileSystem))?.kind === "file") names.push(name);
  }
  return names.toSorted();
}

function parseBlocks(bytes: Bytes | undefined, path: string, label: string): StoredBlock[] {
  try {
    return storedBlocks(bytes === undefined ? "" : decodeText(bytes), label);
  } catch (error) {
    throw fileError("use", path, error);
  }
}

/** The blocks by the name of the directory's file that they belong into. */
async function nameFiles({ keyIdentifier, ending }: Store, blocks: readonly StoredBlock[]) {
  const identified = await Promise.all(blocks.map(async (block) => ({ block, id: await keyIdentifier(block.der) })));
  const groups = Map.groupBy(identified, ({ id }) => id + ending);
  return new Map([...groups].map(([name, members]) => [name, members.map(({ block }) => block)]));
}

async function makeDirectory({ path, fileSystem }: Store): Promise<void> {
  const target = await followLinks(path, fileSystem);
  if (await fileSystem.status(target) !== undefined) return;
  await fileSystem.makeFolder(target);
  const parent = await fileSystem.openFolder(dirname(target));
  try {
    await parent.sync();
  } finally {
    await parent.close();
  }
}

/** Makes the blocks the content of the file at `path`; whether that changed anything. */
async function writeBlocks(store: Store, path: string, blocks: readonly StoredBlock[]): Promise<boolean> {
  const wanted = new Set(blocks.map(({ raw }) => forStorage(raw)));
  const bytes = await readFileBytes(path, store.fileSystem) ?? new Uint8Array();
  // Not in UTF-16: other programs that read the file cannot.
  if (holdsBlocks(new TextDecoder().decode(bytes), store.label, wanted)) return false;
  // Nobody keeps these in a trust store: the path was mistyped, and a key cannot be had again.
  const [, treasure] = /-----BEGIN [A-Z0-9 ]*(PRIVATE KEY|CERTIFICATE REQUEST)-----/.exec(decodeText(bytes)) ?? [];
  if (treasure !== undefined) {
    throw new CaucaseError("file", `${path} holds a ${treasure.toLowerCase()} and is not replaced`, {
      hint: "give the store another path",
    });
  }
  await writeFileDurably(path, utf8([...wanted].join("")), { fileSystem: store.fileSystem });
  return true;
}

function holdsBlocks(text: string, label: string, wanted: ReadonlySet<string>): boolean {
  try {
    // Compared with their line ends: other programs may compare bytes.
    const present = new Set(storedBlocks(text, label).map(({ raw }) => raw + "\n"));
    return present.size === wanted.size && present.isSubsetOf(wanted);
  } catch (error) {
    // What is no PEM is not what is wanted, and is replaced.
    if (error instanceof CaucaseError) return false;
    throw error;
  }
}

/** Removes files with our ending that are not ours, or no longer; whether there were any. */
async function removeOthers(store: Store, ours: ReadonlyMap<string, unknown>): Promise<boolean> {
  const { path, ending, fileSystem } = store;
  const others = (await filesIn(store)).filter((name) => name.endsWith(ending) && !ours.has(name));
  for (const name of others) await fileSystem.remove(`${path}/${name}`);
  return others.length > 0;
}
