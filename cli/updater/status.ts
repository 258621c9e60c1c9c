/** `caucase updater --status`: what is kept and how it is, for people and for monitoring. Changes nothing. */
import { nameToText } from "../../core/x509/name.ts";
import { pendingChanges } from "./actions.ts";
import type { UpdaterEntry } from "./entry_options.ts";
import type { FileSystem } from "./host.ts";
import { HOUR } from "./jitter.ts";
import { isLocked } from "./lock.ts";
import { DiskReader, type OnDisk } from "./observe.ts";
import { TASKS } from "./plan.ts";
import { readState, type UpdaterState } from "./state.ts";

/** Times are ISO 8601, UTC; null where there is nothing to tell. */
export type EntryStatus = Awaited<ReturnType<typeof entryStatus>>;

/** @throws `file` when the state file cannot be read */
export async function entryStatus(entry: UpdaterEntry, fileSystem: FileSystem, now: number) {
  const disk = await new DiskReader(entry, fileSystem).read();
  const state = await readState(entry.statePath, fileSystem);
  return {
    name: entry.name,
    running: await isLocked(entry.name),
    nextWakeUp: time(state?.wakeAt),
    certificate: certificateStatus(entry, disk, { state, now }),
    authorities: disk.authorities.map(({ subject, notAfter }) => ({
      subject: nameToText(subject),
      expires: time(notAfter),
    })),
    crls: disk.crls.map(({ number, nextUpdate }) => ({ number: `${number}`, nextUpdate: time(nextUpdate) })),
    hook: entry.onRenew === undefined ? null : {
      pending: state === undefined ? [] : pendingChanges(disk, state).map(({ path }) => path),
      failures: state?.tracks.hook.failures ?? 0,
    },
    tasks: state && Object.fromEntries(TASKS.map((task) => {
      const { lastSuccess, lastTry, failures, error } = state.tracks[task];
      return [task, { lastTry: time(lastTry), lastSuccess: time(lastSuccess), failures, lastError: error }];
    })),
  };
}

/** Whether nothing of it needs attention at `now` (Unix seconds), be it that no updater runs any more. */
export function isHealthy({ tasks, certificate, authorities, crls, nextWakeUp }: EntryStatus, now: number): boolean {
  const failing = Object.values(tasks ?? {}).some(({ failures }) => failures > 0);
  if (failing || (certificate !== null && certificate.state !== "held")) return false;
  const lasts = (end: string | null) => end === null || Date.parse(end) >= now * 1000;
  const isCurrent = authorities.some(({ expires }) => lasts(expires)) && crls.every((crl) => lasts(crl.nextUpdate));
  return isCurrent && (nextWakeUp === null || Date.parse(nextWakeUp) / 1000 + HOUR > now);
}

interface Moment {
  readonly state: UpdaterState | undefined;
  /** Unix seconds. */
  readonly now: number;
}

function certificateStatus({ certificate: files }: UpdaterEntry, { pair, trouble }: OnDisk, { state, now }: Moment) {
  if (files === undefined) return null;
  const request = state?.request?.id ?? null;
  const waiting = { state: request === null ? "absent" : state?.request?.rejected ? "rejected" : "requested", request };
  if (trouble !== undefined) return { path: files.certificatePath, state: "unusable", error: trouble.message };
  if (pair === undefined) return { path: files.certificatePath, ...waiting };
  const { subject, serial, notBefore, notAfter } = pair.certificate;
  return {
    path: files.certificatePath,
    state: now > notAfter ? "expired" : "held",
    subject: nameToText(subject),
    serial: `${serial}`,
    valid: time(notBefore),
    expires: time(notAfter),
  };
}

function time(seconds: number | null | undefined): string | null {
  return seconds === null || seconds === undefined ? null : new Date(seconds * 1000).toISOString();
}
