/**
 * What an updater does now and when it wakes up next: a pure decision over what it sees and remembers. Times are Unix
 * seconds.
 *
 * Five tasks run side by side, each with its own memory of tries and failures, so that one that fails holds up no
 * other: CA certificates, CRLs, the certificate, the hook, the report to the server. Whenever something that matters is
 * due at the server, CA certificates and CRLs are refreshed too: a host thereby knows a new CA long before anything is
 * signed with it.
 */
import { DAY, HOUR, type Life, renewalTime, retryTime, SHORTEST_PAUSE } from "./jitter.ts";

/** Those that somebody must look after when they fail. */
export const VITAL_TASKS = ["ca", "crl", "certificate", "hook"] as const;

export const TASKS = [...VITAL_TASKS, "report"] as const;
export type Task = typeof TASKS[number];

/** What is remembered of a task, also across restarts. */
export interface Track {
  readonly lastTry: number | null;
  readonly lastSuccess: number | null;
  /** In a row, since the last success. */
  readonly failures: number;
  /** From a server's Retry-After. */
  readonly notBefore: number | null;
  /** The last failure, for people; null after a success. */
  readonly error: string | null;
}

export const UNTRIED: Track = { lastTry: null, lastSuccess: null, failures: 0, notBefore: null, error: null };

export interface Rules {
  /** The certificate is renewed with less than this left (seconds; see `renewalTime`). */
  readonly threshold: number;
  /** CRLs are refreshed with less than this left. */
  readonly crlThreshold: number;
  readonly maxSleep: number;
  /** Sets this host apart from others. */
  readonly seed: string;
}

/** Of a request that a user must sign. `rejected`: the server does not have it any more, and no certificate for it. */
export type RequestFate = "unsent" | "sent" | "rejected";

/** Where the certificate stands. */
export type Holding =
  /** None is kept. */
  | { readonly kind: "none" }
  /** There is none yet. */
  | { readonly kind: "absent"; readonly request: RequestFate }
  /** One that has expired stays until there is a certificate for the request that takes its place. */
  | { readonly kind: "held"; readonly request: RequestFate } & Life
  /** Its files cannot be used. */
  | { readonly kind: "unusable" };

export interface CrlDates {
  readonly thisUpdate: number;
  readonly nextUpdate: number | undefined;
}

export interface Observed {
  readonly rules: Rules;
  /** Whether a CA certificate is stored that has not expired: nothing else makes sense without. */
  readonly hasCa: boolean;
  readonly crls: readonly CrlDates[];
  /** Whether there is more in the store of CRLs that cannot be used. */
  readonly crlDamaged: boolean;
  readonly certificate: Holding;
  /** Whether something changed that the hook was not run for with success. */
  readonly hookPending: boolean;
  /** Whether the server is to be told how certificate and hook are; never before the hook has run. */
  readonly reportPending: boolean;
  readonly tracks: Readonly<Record<Task, Track>>;
  /** Tasks to do now whatever the time: after a start and a SIGHUP. */
  readonly demanded: ReadonlySet<Task>;
}

export type UpdaterAction =
  | "refreshCa"
  | "refreshCrl"
  | "sendRequest"
  /** Send a request that a user must sign, in place of an expired certificate. */
  | "replace"
  | "pollRequest"
  | "renew"
  /** Say that the certificate needs a person. */
  | "complain"
  /** Take back an earlier complaint or failure: the certificate is in order. */
  | "confirm"
  /** Nothing will ever come of it: say so and stop. */
  | "stop"
  | "runHook"
  /** Tell the server that the certificate is installed, and how the hook did. */
  | "report";

/** The next thing to do: an action, after which the plan is asked again, or to sleep until then. */
export type Plan =
  | { readonly action: UpdaterAction }
  | { readonly action: undefined; readonly wakeAt: number };

export const TASK_OF: Readonly<Record<UpdaterAction, Task>> = {
  refreshCa: "ca",
  refreshCrl: "crl",
  sendRequest: "certificate",
  replace: "certificate",
  pollRequest: "certificate",
  renew: "certificate",
  complain: "certificate",
  confirm: "certificate",
  stop: "certificate",
  runHook: "hook",
  report: "report",
};

/** Each action leaves its mark in its track, so that it is not due again at once. */
export function plan(seen: Observed, now: number): Plan {
  const observed = { ...seen, tracks: withoutFuture(seen.tracks, now) };
  const dueAt = dueTimes(observed, now);
  const action = actionAt(observed, dueAt, now);
  if (action !== undefined) return { action };
  const earliest = Math.min(...TASKS.map((task) => dueAt[task]), now + observed.rules.maxSleep);
  return { action, wakeAt: Math.max(Math.ceil(earliest), now + SHORTEST_PAUSE) };
}

type DueTimes = Readonly<Record<Task, number>>;

function dueTimes(observed: Observed, now: number): DueTimes {
  const { hasCa } = observed;
  return {
    ca: demandedAt(observed, "ca", now) ?? caDueAt(observed, now),
    crl: hasCa ? Math.min(demandedAt(observed, "crl", now) ?? Infinity, crlDueAt(observed, now)) : Infinity,
    certificate: hasCa ? certificateDueAt(observed, now) : Infinity,
    hook: hookDueAt(observed, now),
    report: reportDueAt(observed, now),
  };
}

/** What makes the server sign something sooner or later. */
const SENDING: readonly UpdaterAction[] = ["renew", "sendRequest", "replace"];

function actionAt(observed: Observed, dueAt: DueTimes, now: number): UpdaterAction | undefined {
  const isDue = (task: Task) => dueAt[task] <= now;
  const certificate = isDue("certificate") ? certificateAction(observed, now) : undefined;
  const atServer = isDue("ca") || isDue("crl") || (certificate !== undefined && SENDING.includes(certificate));
  const refresh = (task: Task) => isDue(task) || (atServer && isRested(observed.tracks[task], now));
  if (refresh("ca")) return "refreshCa";
  if (observed.hasCa && refresh("crl")) return "refreshCrl";
  if (certificate !== undefined) return certificate;
  // The hook comes when all else is done, so that it runs once for all that changed.
  if (isDue("hook")) return "runHook";
  return isDue("report") ? "report" : undefined;
}

function certificateAction({ certificate, rules, tracks }: Observed, now: number): UpdaterAction | undefined {
  switch (certificate.kind) {
    case "none":
      return undefined;
    case "absent":
      return ({ unsent: "sendRequest", sent: "pollRequest", rejected: "stop" } as const)[certificate.request];
    case "unusable":
      return "complain";
    case "held":
      if (now > certificate.notAfter) {
        return ({ unsent: "replace", sent: "pollRequest", rejected: "complain" } as const)[certificate.request];
      }
      if (now >= renewalTime(certificate, rules.threshold, rules.seed)) return "renew";
      return tracks.certificate.failures > 0 ? "confirm" : undefined;
  }
}

/** Whether a task that is not due itself may go along with others. */
function isRested({ failures, lastTry }: Track, now: number): boolean {
  return failures === 0 && (lastTry === null || lastTry + SHORTEST_PAUSE <= now);
}

/** A demand overrides pauses and dates, but not the server's wish to be left alone. */
function demandedAt({ demanded, tracks }: Observed, task: Task, now: number): number | undefined {
  if (!demanded.has(task)) return undefined;
  const { notBefore, lastTry } = tracks[task];
  return Math.min(notBefore ?? now, (lastTry ?? now) + DAY);
}

function caDueAt({ hasCa, rules, tracks: { ca } }: Observed, now: number): number {
  if (ca.failures > 0) return retry(ca, { rules, longest: HOUR });
  if (hasCa && ca.lastSuccess !== null) return ca.lastSuccess + rules.maxSleep;
  return (ca.lastSuccess ?? now - SHORTEST_PAUSE) + SHORTEST_PAUSE;
}

function crlDueAt({ crls, crlDamaged, rules, tracks: { crl } }: Observed, now: number): number {
  const ends = crls.map(({ nextUpdate = Infinity }) => nextUpdate);
  const end = Math.min(...ends);
  if (crl.failures > 0) return retry(crl, { rules, longest: HOUR, deadline: end });
  if (crls.length === 0 || crl.lastSuccess === null) return (crl.lastSuccess ?? now - SHORTEST_PAUSE) + SHORTEST_PAUSE;
  // A file of another name in a folder may stay damaged: it is no reason to ask every minute.
  if (crlDamaged) return crl.lastSuccess + HOUR;
  const due = Math.min(...crls.map((dates) => crlRefreshTime(dates, rules.crlThreshold)));
  // A server that has nothing newer is asked more and more often, as for a failure.
  const pause = Math.min(Math.max((end - now) / 10, SHORTEST_PAUSE), HOUR);
  return Math.min(Math.max(due, crl.lastSuccess + pause), crl.lastSuccess + rules.maxSleep);
}

/** CRLs are not spread: a server makes a new one at half of their time, and holders ask at different times anyway. */
function crlRefreshTime({ thisUpdate, nextUpdate }: CrlDates, threshold: number): number {
  if (nextUpdate === undefined) return Infinity;
  return nextUpdate - Math.min(threshold, 0.4 * (nextUpdate - thisUpdate));
}

function certificateDueAt(observed: Observed, now: number): number {
  const { certificate: holding, rules, tracks: { certificate: track }, demanded } = observed;
  const demand = demanded.has("certificate") ? demandedAt(observed, "certificate", now) : undefined;
  const failing = (longest: number) => track.failures > 0 ? retry(track, { rules, longest }) : now;
  const polling = () => (track.lastTry ?? now - SHORTEST_PAUSE) + SHORTEST_PAUSE;
  const requestDueAt = (request: RequestFate) =>
    demand ?? (request === "sent" && track.failures === 0 ? polling() : failing(HOUR));
  switch (holding.kind) {
    case "none":
      return Infinity;
    case "absent":
      return holding.request === "rejected" ? now : requestDueAt(holding.request);
    case "unusable":
      return demand ?? failing(HOUR);
    case "held": {
      if (now > holding.notAfter) return requestDueAt(holding.request);
      const due = renewalTime(holding, rules.threshold, rules.seed);
      if (now < due) return track.failures > 0 ? now : due;
      if (track.failures === 0) return now;
      // With time to spare it is no hurry: else all hosts that met an outage would come back within the same hour.
      const again = retry(track, { rules, first: 12 * HOUR, longest: DAY, deadline: holding.notAfter });
      // A Retry-After holds back a demand for no longer than it holds back what is tried by itself.
      return Math.min(demand ?? again, again);
    }
  }
}

function hookDueAt({ hookPending, rules, tracks: { hook }, demanded }: Observed, now: number): number {
  if (!hookPending) return Infinity;
  return hook.failures > 0 && !demanded.has("hook") ? retry(hook, { rules, longest: HOUR }) : now;
}

/** It is no hurry: what is reported late is no harm. */
function reportDueAt(observed: Observed, now: number): number {
  const { reportPending, rules, tracks: { report } } = observed;
  if (!reportPending) return Infinity;
  if (report.failures === 0) return now;
  return demandedAt(observed, "report", now) ?? retry(report, { rules, first: HOUR, longest: DAY });
}

interface RetryRules {
  readonly rules: Rules;
  readonly first?: number;
  readonly longest: number;
  readonly deadline?: number;
}

function retry(
  { failures, lastTry, notBefore }: Track,
  { rules: { seed }, deadline = Infinity, ...patience }: RetryRules,
): number {
  return retryTime({ failures, lastTry: lastTry ?? 0, notBefore }, { seed, deadline, ...patience });
}

/** What is remembered from the future was written while the clock was wrong, and says nothing. */
function withoutFuture(tracks: Observed["tracks"], now: number): Observed["tracks"] {
  const past = (track: Track) => (track.lastTry ?? 0) > now + SHORTEST_PAUSE ? UNTRIED : track;
  const { ca, crl, certificate, hook, report } = tracks;
  return { ca: past(ca), crl: past(crl), certificate: past(certificate), hook: past(hook), report: past(report) };
}
