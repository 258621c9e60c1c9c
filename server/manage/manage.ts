/** What an administrator does with a database: restore, import, export, in this order. */
import type { RandomSource } from "../../core/bytes.ts";
import { OPERATOR } from "../../core/ca/actor.ts";
import type { Log } from "../../core/log.ts";
import type { OnProgress } from "../../core/progress.ts";
import {
  createStorage,
  openStorage,
  openStorageForReading,
  requireNoStorage,
  requireStorageName,
  storageExists,
} from "../storage/open.ts";
import type { ManagedStores } from "../storage/sqlite/private_database.ts";
import type { ImportedCrls } from "../storage/sqlite/take_over.ts";
import { exportCa, requireAbsent } from "./export_ca.ts";
import { type CaKeyPair, checkCaKeyPair, newIssuers, readKeyPairs } from "./import_ca.ts";
import { type CrlFile, judgeCrls, readCrls } from "./import_crl.ts";
import type { Passphrases } from "./pem_files.ts";
import { prepareRestoration, publishRestored, type Restoration, type RestoreFiles, restoreInto } from "./restore.ts";

/** Paths and figures, as the command line has them. */
export interface ManageOrder {
  readonly db: string;
  /** L of users' certificates, in seconds. */
  readonly userLifeSpan: number;
  readonly restore: RestoreFiles | undefined;
  readonly importCa: readonly string[];
  /** Take CA certificates that `checkCaKeyPair` refuses. */
  readonly importBadCa: boolean;
  readonly importCrl: readonly string[];
  readonly exportCa: string | undefined;
}

export interface ManageHost {
  /** Unix seconds. */
  readonly now: number;
  readonly random: RandomSource;
  readonly passphrases: Passphrases;
  readonly log: Log;
  /** Told how far reading a backup and taking over a CRL are. */
  readonly onProgress?: OnProgress | undefined;
  /** Told what was done, once it is on the disk: an export that fails after it changes nothing about that. */
  readonly done?: (report: ManageReport) => void;
}

/** What was done. */
export interface ManageReport {
  readonly restored: boolean;
  /** How many CA certificates were new; undefined when none were given. */
  readonly importedCas: number | undefined;
  /** What became of the CRLs together; undefined when none were given. */
  readonly importedCrls: ImportedCrls | undefined;
}

/**
 * Everything that can be refused is refused before the database changes; a new database appears when it is complete.
 * @throws `usage` for a `db` that cannot be one; `file`, `storage`, `in-use`, and what a restore is refused with
 */
export async function manage(order: ManageOrder, host: ManageHost): Promise<ManageReport> {
  requireStorageName(order.db);
  if (order.exportCa !== undefined) await requireAbsent(order.exportCa);
  if (order.restore !== undefined) await requireNoStorage(order.db);
  const work = await prepare(order, host);
  const report = await changeDatabase(work, { order, host });
  host.done?.(report);
  if (order.exportCa !== undefined) await exportFrom(order.db, order.exportCa, host);
  return report;
}

/** What the files say, read and judged as far as they can be without the database. */
interface Work {
  readonly restoration: Restoration | undefined;
  readonly pairs: readonly CaKeyPair[];
  readonly crls: readonly CrlFile[];
}

async function prepare(order: ManageOrder, { now, passphrases }: ManageHost): Promise<Work> {
  const restoration = order.restore && await prepareRestoration(order.restore, passphrases);
  const pairs = await readKeyPairs(order.importCa, passphrases);
  if (!order.importBadCa) { for (const pair of pairs) await checkCaKeyPair(pair, now); }
  return { restoration, pairs, crls: await readCrls(order.importCrl) };
}

interface Commission {
  readonly order: ManageOrder;
  readonly host: ManageHost;
}

async function changeDatabase(work: Work, { order, host }: Commission): Promise<ManageReport> {
  const { restoration, pairs, crls } = work;
  if (restoration !== undefined) return await intoNewDatabase(work, { order, host });
  if (pairs.length === 0 && crls.length === 0) {
    return { restored: false, importedCas: undefined, importedCrls: undefined };
  }
  const exists = await storageExists(order.db);
  return exists ? await intoDatabase(work, { order, host }) : await intoNewDatabase(work, { order, host });
}

async function intoNewDatabase(work: Work, { order, host }: Commission): Promise<ManageReport> {
  const { restoration } = work;
  await using target = await createStorage(order.db, host.log);
  if (restoration === undefined) {
    target.content.completeSchema();
    const report = await importAll(target.content, work, host);
    await target.publish();
    return report;
  }
  const circumstances = { ...host, lifeSpan: order.userLifeSpan };
  const certificatePem = await restoreInto(target, restoration, circumstances);
  const report = await importAll(target.content, work, host);
  await publishRestored(target, restoration.files.crt, certificatePem);
  return { ...report, restored: true };
}

async function intoDatabase(work: Work, { order, host }: Commission): Promise<ManageReport> {
  const storage = await openStorage(order.db, host.log);
  try {
    return await importAll(storage, work, host);
  } finally {
    await storage.close();
  }
}

async function importAll(
  stores: ManagedStores,
  { pairs, crls }: Work,
  { now, onProgress }: ManageHost,
): Promise<ManageReport> {
  const store = stores.ca("cas");
  const added = pairs.map(({ certificate }) => certificate);
  const inherited = await judgeCrls(crls, { store, added, onProgress });
  const issuers = await newIssuers(store, pairs);
  const by = { actor: OPERATOR, now };
  const importedCrls = await stores.takeOver("cas", { issuers, crls: inherited, by });
  return { restored: false, importedCas: pairs.length === 0 ? undefined : issuers.length, importedCrls };
}

/** Only looks: also beside a server that uses the database. */
async function exportFrom(db: string, path: string, { passphrases, log }: ManageHost): Promise<void> {
  const storage = await openStorageForReading(db, log);
  try {
    await exportCa(storage.ca("cas"), path, passphrases);
  } finally {
    await storage.close();
  }
}
