/**
 * `caucase updater`: gets a certificate and keeps it, its CA certificates and CRLs up to date until a signal ends it.
 */
import { hostFileSystem } from "../core/host/durable_file.ts";
import { configureLogging } from "../core/host/log.ts";
import { onReload, onStopSignals } from "../core/host/signals.ts";
import { EXIT } from "./exit_status.ts";
import { printLine } from "./terminal.ts";
import { LookNow, runEntries } from "./updater/daemon.ts";
import type { UpdaterEntry } from "./updater/entry_options.ts";
import { systemHost, type UpdaterHost } from "./updater/host.ts";
import { readUpdaterOptions } from "./updater/options.ts";
import { entryStatus, isHealthy } from "./updater/status.ts";

/** Runs the updater, on a machine as `host` has it. Resolves with the exit status. */
export async function updater(args: readonly string[], host: UpdaterHost = systemHost()): Promise<number> {
  const { entries, once, status, logFormat } = await readUpdaterOptions(args);
  if (status) return await printStatus(entries, host.clock.now());
  await configureLogging({ format: logFormat, level: "info" });
  const stop = onStopSignals();
  const look = new LookNow();
  const removeReload = onReload(look.trigger);
  try {
    return await runEntries(entries, host, { signal: stop.signal, look, once });
  } finally {
    removeReload();
    stop.remove();
  }
}

async function printStatus(entries: readonly UpdaterEntry[], now: number): Promise<number> {
  const statuses = await Promise.all(entries.map((entry) => entryStatus(entry, hostFileSystem, now)));
  printLine(JSON.stringify(statuses, null, 2));
  return statuses.every((status) => isHealthy(status, now)) ? EXIT.ok : EXIT.error;
}
