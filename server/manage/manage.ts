/** What an administrator does with a database: restore, import, export, in this order. */
import { OPERATOR } from "../../core/ca/actor.ts";
import type { RandomSource } from "../../core/ca/settings.ts";
import type { Log } from "../../core/log.ts";
import type { OnProgress } from "../../core/progress.ts";
import { databaseExists, NewDatabase, requireNoDatabase } from "../storage/sqlite/new_database.ts";
import { openSqliteStorage } from "../storage/sqlite/sqlite_storage.ts";
import type { ImportedCrls } from "../storage/sqlite/crl_import.ts";
import { exportCa, requireAbsent } from "./export_ca.ts";
import { type CaKeyPair, checkCaKeyPair, newIssuers, readKeyPairs } from "./import_ca.ts";
import { type CrlFile, judgeCrls, readCrls } from "./import_crl.ts";
import type { Passphrases } from "./pem_files.ts";
import { type ManagedStores, privateStores } from "./private_stores.ts";
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
  /** How many CA certificates were new; undefined when none were to be imported. */
  readonly importedCas: number | undefined;
  /** What became of the CRLs together; undefined when none were to be imported. */
  readonly importedCrls: ImportedCrls | undefined;
}

/**
 * Everything that can be refused is refused before the database changes; a new database appears when it is complete.
 * @throws `file`, `storage`, `in-use`, and what a restore is refused with
 */
export async function manage(order: ManageOrder, host: ManageHost): Promise<ManageReport> {
  if (order.exportCa !== undefined) await requireAbsent(order.exportCa);
  if (order.restore !== undefined) await requireNoDatabase(order.db);
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
  const exists = await databaseExists(order.db);
  return exists ? await intoDatabase(work, { order, host }) : await intoNewDatabase(work, { order, host });
}

async function intoNewDatabase(work: Work, { order, host }: Commission): Promise<ManageReport> {
  const { restoration } = work;
  await using target = await NewDatabase.create(order.db);
  const stores = privateStores(target.database, host.log);
  if (restoration === undefined) {
    target.completeSchema();
    const report = await importAll(stores, work, host);
    await target.publish();
    return report;
  }
  const circumstances = { ...host, stores, lifeSpan: order.userLifeSpan };
  const certificatePem = await restoreInto(target, restoration, circumstances);
  const report = await importAll(stores, work, host);
  await publishRestored(target, restoration.files.crt, certificatePem);
  return { ...report, restored: true };
}

async function intoDatabase(work: Work, { order, host }: Commission): Promise<ManageReport> {
  const storage = await openSqliteStorage({ path: order.db, lock: true, log: host.log });
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
  const lists = await judgeCrls(crls, { store, added, onProgress });
  const issuers = await newIssuers(store, pairs);
  const importedCrls = await stores.takeOver("cas", { issuers, lists, by: { actor: OPERATOR, now } });
  return { restored: false, importedCas: pairs.length === 0 ? undefined : issuers.length, importedCrls };
}

/** Only looks: also beside a server that uses the database. */
async function exportFrom(db: string, path: string, { passphrases, log }: ManageHost): Promise<void> {
  const storage = await openSqliteStorage({ path: db, lock: false, readOnly: true, log });
  try {
    await exportCa(storage.ca("cas"), path, passphrases);
  } finally {
    await storage.close();
  }
}
