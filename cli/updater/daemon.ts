/**
 * Keeps all entries up to date, side by side: none waits for another, and nothing but a signal or a dead end ends one.
 */
import { CaucaseError } from "../../core/errors.ts";
import { EXIT } from "../exit_status.ts";
import type { UpdaterEntry } from "./entry_options.ts";
import { EntryUpdater } from "./entry.ts";
import type { UpdaterHost } from "./host.ts";
import { SHORTEST_PAUSE } from "./jitter.ts";
import { lockFiles } from "./lock.ts";
import { VITAL_TASKS } from "./plan.ts";

/** Lets somebody wake up all entries. */
export class LookNow {
  readonly #listeners = new Set<() => void>();

  /** Calls `listener` at every `trigger`, until what is returned is called. */
  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  trigger = (): void => this.#listeners.forEach((listener) => listener());
}

export interface DaemonControl {
  /** Ends it, cleanly at any moment. */
  readonly signal: AbortSignal;
  readonly look: LookNow;
  /** Do what is due, and no more. */
  readonly once: boolean;
}

/** Runs until the signal, or until nothing is left to do. Resolves with the exit status: the worst of all entries. */
export async function runEntries(
  entries: readonly UpdaterEntry[],
  host: UpdaterHost,
  control: DaemonControl,
): Promise<number> {
  const statuses = await Promise.all(entries.map((entry) => runEntry(entry, host, control)));
  if (statuses.includes(EXIT.hookFailed)) return EXIT.hookFailed;
  return statuses.includes(EXIT.error) ? EXIT.error : Math.max(EXIT.ok, ...statuses);
}

async function runEntry(entry: UpdaterEntry, host: UpdaterHost, control: DaemonControl): Promise<number> {
  try {
    using _lock = await persist(() => lockFiles(entry.name, host.fileSystem), host, control);
    const updater = await persist(() => EntryUpdater.open(entry, host), host, control);
    return control.once ? await runOnce(updater, control) : await keep(updater, { entry, host, control });
  } catch (error) {
    if (control.signal.aborted) return EXIT.ok;
    host.log.error("updater.failed", { name: entry.name, error });
    return EXIT.error;
  }
}

/** A disk that is full or read-only now may not be so in a minute: only what stays wrong ends an entry. */
async function persist<T>(
  action: () => Promise<T>,
  { clock, log }: UpdaterHost,
  { once, signal }: DaemonControl,
): Promise<T> {
  for (let said = "";;) {
    try {
      return await action();
    } catch (error) {
      if (once || !(error instanceof CaucaseError && error.code === "file")) throw error;
      if (error.message !== said) log.error("updater.waiting", { error });
      said = error.message;
      await clock.sleepUntil(clock.now() + SHORTEST_PAUSE, signal);
    }
  }
}

async function runOnce(updater: EntryUpdater, { signal }: DaemonControl): Promise<number> {
  const wake = await updater.wakeUp(signal);
  if (wake.kind === "stopped") return wake.status;
  const { tracks, request } = updater.state;
  if (updater.unsaved || VITAL_TASKS.some((task) => tracks[task].failures > 0)) return EXIT.error;
  return request === null ? EXIT.ok : EXIT.warning;
}

interface Keeping {
  readonly entry: UpdaterEntry;
  readonly host: UpdaterHost;
  readonly control: DaemonControl;
}

async function keep(updater: EntryUpdater, { entry, host, control: { signal, look } }: Keeping): Promise<number> {
  let nudge = new AbortController();
  const unsubscribe = look.subscribe(() => {
    updater.lookNow();
    nudge.abort();
  });
  try {
    for (;;) {
      nudge = new AbortController();
      const wakeAt = await wakeUp(updater, { entry, host, signal });
      if (typeof wakeAt !== "number") return wakeAt.status;
      announce(wakeAt, host);
      await sleep(wakeAt, { host, signals: [signal, nudge.signal] });
      signal.throwIfAborted();
    }
  } finally {
    unsubscribe();
  }
}

/** Says when it wakes up next. A full disk behind standard output is no reason to let a certificate expire. */
function announce(wakeAt: number, { print, log }: UpdaterHost): void {
  try {
    print(`Next wake-up at ${timeText(wakeAt)}`);
  } catch (error) {
    log.warning("updater.not_printed", { error });
  }
}

/** When to wake up next, or how it ended. A bug is logged, and tried again like any other failure. */
async function wakeUp(
  updater: EntryUpdater,
  { entry, host, signal }: { entry: UpdaterEntry; host: UpdaterHost; signal: AbortSignal },
): Promise<number | { readonly status: number }> {
  try {
    const wake = await updater.wakeUp(signal);
    return wake.kind === "asleep" ? wake.wakeAt : wake;
  } catch (error) {
    signal.throwIfAborted();
    host.log.error("updater.failed", { name: entry.name, error });
    return host.clock.now() + SHORTEST_PAUSE;
  }
}

/** Until `time`, or until one of the signals is aborted. May be early: the plan decides again what is due. */
async function sleep(
  time: number,
  { host: { clock }, signals }: { host: UpdaterHost; signals: readonly AbortSignal[] },
): Promise<void> {
  const any = AbortSignal.any([...signals]);
  try {
    await clock.sleepUntil(time, any);
  } catch (error) {
    if (!any.aborted) throw error;
  }
}

/** As the reference prints it: `2026-11-23 14:28:48 +0000`. */
function timeText(time: number): string {
  return new Date(time * 1000).toISOString().replace("T", " ").replace(/\.\d+Z$/, " +0000");
}
