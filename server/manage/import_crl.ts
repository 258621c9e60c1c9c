/** Takes over what the CRLs of imported CA certificates say. */
import type { CaStores, Revocation } from "../../core/ca/stores.ts";
import type { OnProgress } from "../../core/progress.ts";
import { PEM_LABEL } from "../../core/pem.ts";
import type { Certificate } from "../../core/x509/certificate.ts";
import { type CertificateList, isCrlSignedBy, parseCrl } from "../../core/x509/crl.ts";
import { type CrlToImport, MAX_CRL_NUMBER } from "../storage/sqlite/take_over.ts";
import { readCaRecords } from "./ca_records.ts";
import { about, readPemBlocks, unusable } from "./pem_files.ts";

export interface CrlFile {
  readonly list: CertificateList;
  readonly path: string;
}

/** The CRLs in the files at `paths`, in their order. @throws `file`, also for one that holds none */
export async function readCrls(paths: readonly string[]): Promise<CrlFile[]> {
  const found: CrlFile[] = [];
  for (const path of paths) {
    const blocks = (await readPemBlocks(path)).filter(({ label }) => label === PEM_LABEL.CRL);
    if (blocks.length === 0) throw unusable(path, "it holds no CRL");
    for (const { der } of blocks) found.push({ list: await about(path, () => parseCrl(der)), path });
  }
  return found;
}

/** The CA that takes the CRLs over. */
export interface Importer {
  readonly store: CaStores;
  /** CA certificates that will be in the store by then. */
  readonly added: readonly Certificate[];
  readonly onProgress?: OnProgress | undefined;
}

/**
 * The CRLs as what a database takes over. A revocation is kept until its CA certificate expires: the CRL does not say
 * when the revoked certificate does, and nobody accepts that longer.
 * @throws `file` for a CRL that none of the CA's certificates signed
 */
export async function judgeCrls(
  files: readonly CrlFile[],
  { store, added, onProgress = () => {} }: Importer,
): Promise<CrlToImport[]> {
  if (files.length === 0) return [];
  const stored = await readCaRecords(store);
  const known = [...stored.map(({ certificate }) => certificate), ...added];
  return await Promise.all(files.map((file) => judge(file, known, onProgress)));
}

async function judge(file: CrlFile, known: readonly Certificate[], onProgress: OnProgress): Promise<CrlToImport> {
  const { list, path } = file;
  const signers: Certificate[] = [];
  for (const ca of known) if (await isCrlSignedBy(list, ca)) signers.push(ca);
  if (signers.length === 0) {
    throw unusable(path, "none of the service CA certificates signed its CRL", "--import-ca takes that CA first");
  }
  if ((list.number ?? 0n) > MAX_CRL_NUMBER) throw unusable(path, "the number of its CRL is too large to go on from");
  const listedUntil = Math.max(...signers.map(({ notAfter }) => notAfter));
  return {
    number: list.number ?? 0n,
    thisUpdate: list.thisUpdate,
    revocations: asRevocations(file, listedUntil, onProgress),
  };
}

/** Entries between two words about progress. */
const STRIDE = 1000;

/** To be gone through once: a list may have a million entries. */
function* asRevocations(
  { list, path }: CrlFile,
  listedUntil: number,
  onProgress: OnProgress,
): Generator<Revocation> {
  const progress = { task: `Taking over ${path}`, total: list.entryCount, unit: "revocations" } as const;
  let done = 0;
  for (const { serial, revocationDate } of list.entries()) {
    if (done % STRIDE === 0) onProgress({ ...progress, done });
    done++;
    yield { serial, revocationDate, listedUntil };
  }
}
