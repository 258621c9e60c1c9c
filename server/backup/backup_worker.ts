/**
 * Makes one backup in a separate thread, so that no request waits for it. Started by backup_thread.ts, which says with
 * what.
 */
import { parentPort, workerData } from "node:worker_threads";
import { CaucaseError } from "../../core/errors.ts";
import type { BackupReport } from "./backup_thread.ts";
import { type BackupOrder, makeBackup } from "./make_backup.ts";

const stopping = new AbortController();
parentPort?.once("message", () => stopping.abort());

parentPort?.postMessage(await report(workerData));

async function report(order: BackupOrder): Promise<BackupReport> {
  try {
    return { kind: "done", made: await makeBackup(order, { signal: stopping.signal }) };
  } catch (error) {
    if (!(error instanceof CaucaseError)) throw error;
    // Errors lose their class between threads.
    return { kind: "failed", code: error.code, message: error.message, hint: error.details.hint };
  }
}
