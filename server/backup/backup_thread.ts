/** Runs backup_worker.ts: reading, encrypting and writing a large database takes seconds of one core. */
import { Worker } from "node:worker_threads";
import { CaucaseError, type ErrorCode } from "../../core/errors.ts";
import type { BackupOrder, MadeBackup } from "./make_backup.ts";

/** What the thread says in the end; anything else that it throws is a bug. */
export type BackupReport =
  | { readonly kind: "done"; readonly made: MadeBackup | undefined }
  | { readonly kind: "failed"; readonly code: ErrorCode; readonly message: string; readonly hint: string | undefined };

/** As `makeBackup`, beside all else. The signal makes it give up and leave nothing behind. */
export async function makeBackupInThread(order: BackupOrder, signal: AbortSignal): Promise<MadeBackup | undefined> {
  const worker = new Worker(new URL("./backup_worker.ts", import.meta.url), { workerData: order });
  const stop = () => worker.postMessage("stop");
  signal.addEventListener("abort", stop, { once: true });
  if (signal.aborted) stop();
  try {
    const report = await reportOf(worker);
    if (report.kind === "done") return report.made;
    throw new CaucaseError(report.code, report.message, report.hint === undefined ? {} : { hint: report.hint });
  } finally {
    signal.removeEventListener("abort", stop);
    await worker.terminate();
  }
}

function reportOf(worker: Worker): Promise<BackupReport> {
  return new Promise((resolve, reject) => {
    worker.once("message", resolve);
    worker.once("error", reject);
    worker.once("exit", (code) => reject(new Error(`the backup's thread ended with ${code} and said nothing`)));
  });
}
