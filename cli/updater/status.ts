/** `caucase updater --status`: what is kept and how it is, for people and for monitoring. Changes nothing. */
import type { FileSystem } from "../../core/host/durable_file.ts";
import { nameToText } from "../../core/x509/name.ts";
import { pendingChanges } from "./actions.ts";
import { waitingForUser } from "./complaints.ts";
import type { UpdaterEntry } from "./entry_options.ts";
import { holdingOf } from "./holding.ts";
import { HOUR } from "./jitter.ts";
import { isLocked } from "./lock.ts";
import { isMended } from "./lost_rights.ts";
import { DiskReader, type OnDisk } from "./observe.ts";
import { type RequestFate, TASKS, VITAL_TASKS } from "./plan.ts";
import { isReportPending, isUnknownRoute, reportedTo } from "./report.ts";
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
    certificate: await certificateStatus(entry, disk, { state, fileSystem, now }),
    authorities: disk.authorities.map(({ subject, notAfter }) => ({
      subject: nameToText(subject),
      expires: time(notAfter),
    })),
    crls: disk.crls.map(({ number, nextUpdate }) => ({ number: `${number}`, nextUpdate: time(nextUpdate) })),
    damagedCrl: disk.crlDamage?.message ?? null,
    lostRights: await lostRights(state, fileSystem),
    hook: entry.onRenew === undefined ? null : {
      pending: state === undefined ? [] : pendingChanges(disk, state).map(({ path }) => path),
      failures: state?.tracks.hook.failures ?? 0,
    },
    report: reportStatus(entry, disk, { state, fileSystem, now }),
    tasks: state && Object.fromEntries(TASKS.map((task) => {
      const { lastSuccess, lastTry, failures, error } = state.tracks[task];
      return [task, { lastTry: time(lastTry), lastSuccess: time(lastSuccess), failures, lastError: error }];
    })),
  };
}

/** Whether nothing of it needs attention at `now` (Unix seconds), be it that no updater runs any more. */
export function isHealthy(status: EntryStatus, now: number): boolean {
  const { tasks, certificate, authorities, crls, nextWakeUp, damagedCrl } = status;
  const failing = VITAL_TASKS.some((task) => (tasks?.[task]?.failures ?? 0) > 0);
  const someoneIsLockedOut = status.lostRights.some(({ certain }) => certain);
  if (failing || someoneIsLockedOut || damagedCrl !== null || (certificate !== null && certificate.state !== "held")) {
    return false;
  }
  const lasts = (end: string | null) => end === null || Date.parse(end) >= now * 1000;
  const isCurrent = authorities.some(({ expires }) => lasts(expires)) && crls.every((crl) => lasts(crl.nextUpdate));
  return isCurrent && (nextWakeUp === null || Date.parse(nextWakeUp) / 1000 + HOUR > now);
}

interface Moment {
  readonly state: UpdaterState | undefined;
  readonly fileSystem: FileSystem;
  /** Unix seconds. */
  readonly now: number;
}

async function certificateStatus(entry: UpdaterEntry, disk: OnDisk, { state, fileSystem, now }: Moment) {
  const { certificate: files } = entry;
  if (files === undefined) return null;
  const path = files.certificatePath;
  if (disk.trouble !== undefined) return { path, state: "unusable", error: disk.trouble.message };
  const holding = await holdingOf(files, disk, { request: state?.request ?? null, fileSystem });
  const waiting = requestStatus(entry, "request" in holding ? holding.request : "unsent", state?.request?.id);
  if (disk.pair === undefined) return { path, state: waiting.requestState ?? "absent", ...waiting };
  const { subject, serial, notBefore, notAfter } = disk.pair.certificate;
  const expired = now > notAfter;
  return {
    path,
    state: expired ? "expired" : "held",
    subject: nameToText(subject),
    serial: `${serial}`,
    valid: time(notBefore),
    expires: time(notAfter),
    ...(expired && waiting),
  };
}

/** The state of the request for a missing certificate, and who must act on it. */
function requestStatus(entry: UpdaterEntry, fate: RequestFate, id: string | undefined) {
  if (fate === "unsent" || id === undefined) return { request: null, requestState: null, waitsFor: null };
  if (fate === "rejected") return { request: id, requestState: "rejected", waitsFor: null };
  return { request: id, requestState: "requested", waitsFor: waitingForUser(entry, id) };
}

/** What the server was told of the certificate; null where it is told nothing. */
function reportStatus(entry: UpdaterEntry, disk: OnDisk, { state, now }: Moment) {
  if (entry.report === false || entry.certificate === undefined || state === undefined) return null;
  const known = reportedTo(entry, state);
  const hookPending = pendingChanges(disk, state).length > 0;
  const pending = isReportPending({ entry, disk, state, hookPending, now });
  const last = known?.last ?? null;
  return {
    state: isUnknownRoute(known, now)
      ? "unknown to the server"
      : pending
      ? "pending"
      : last
      ? "told"
      : "nothing to tell",
    last: last?.answered
      ? { time: time(last.at), serial: last.serial, hook: last.hook, failingSince: time(last.failingSince) }
      : null,
  };
}

/** What files lost when they were replaced; not those whose rights somebody has changed since. */
async function lostRights(state: UpdaterState | undefined, fileSystem: FileSystem) {
  const lost = [];
  for (const [path, note] of Object.entries(state?.lostRights ?? {})) {
    const changed = (await fileSystem.status(path))?.changed;
    const { what, certain } = note;
    if (changed !== undefined && !isMended(note, changed)) lost.push({ path, what, certain });
  }
  return lost;
}

function time(seconds: number | null | undefined): string | null {
  return seconds === null || seconds === undefined ? null : new Date(seconds * 1000).toISOString();
}
