/**
 * Tells the server that the certificate is installed and how the hook did, for those who watch over many hosts. Nothing
 * depends on it: it comes when all else is done, and no failure of it is one of the updater.
 */
import {
  detailOf,
  type HookState,
  type InstallationReport,
  signInstallation,
} from "../../core/protocol/installation.ts";
import type { UpdaterEntry } from "./entry_options.ts";
import { HOOK_FAILURE } from "./hook.ts";
import type { UpdaterHost } from "./host.ts";
import { DAY } from "./jitter.ts";
import type { OnDisk } from "./observe.ts";
import type { Reported, UpdaterState } from "./state.ts";

/** After how long a server that did not know such reports is asked again, seconds. */
const UNKNOWN_FOR = 7 * DAY;

/** No report takes longer: a server that trickles must not keep the next renewal waiting. Milliseconds. */
const LONGEST_REPORT = 30_000;

/** What there would be to tell of the certificate on the disk. */
interface News extends HookState {
  readonly serial: bigint;
  readonly issuer: string;
}

interface Situation {
  readonly entry: UpdaterEntry;
  readonly disk: OnDisk;
  readonly state: UpdaterState;
  /** Whether something changed that the hook was not run for with success. */
  readonly hookPending: boolean;
  readonly now: number;
}

/** What the server knows of us, as far as we know; undefined where that is another server than `caUrl`. */
export function reportedTo({ caUrl }: UpdaterEntry, { reported }: UpdaterState): Reported | undefined {
  return reported?.caUrl === caUrl ? reported : undefined;
}

/** Whether the server lacks something that it should be told now. */
export function isReportPending(situation: Situation): boolean {
  const { entry, state, now } = situation;
  const news = newsOf(situation);
  if (news === undefined) return false;
  const known = reportedTo(entry, state);
  if (isUnknownRoute(known, now)) return false;
  const last = known?.last;
  return !last?.answered || last.serial !== `${news.serial}` || last.hook !== news.hook ||
    last.failingSince !== news.failingSince || last.detail !== news.detail;
}

/** Whether the server does not know such reports, as far as was found out lately. */
export function isUnknownRoute(known: Reported | undefined, now: number): boolean {
  const until = known?.unknownUntil ?? null;
  // What was noted while the clock was wrong says nothing.
  return until !== null && now < until && until <= now + UNKNOWN_FOR + DAY;
}

/** Undefined where there is nothing to tell, or not yet: the hook comes first. */
function newsOf({ entry, disk: { pair }, state, hookPending, now }: Situation): News | undefined {
  if (entry.report === false || pair === undefined) return undefined;
  const { serial, notBefore, notAfter, authorityKeyIdentifier: issuer } = pair.certificate;
  if (issuer === undefined || now < notBefore || now > notAfter) return undefined;
  const { hook } = state.tracks;
  if (entry.onRenew === undefined) return { serial, issuer, ...NO_HOOK };
  if (!hookPending) return { serial, issuer, ...NO_HOOK, hook: hook.lastSuccess === null ? "none" : "succeeded" };
  if (hook.failures === 0) return undefined;
  const failingSince = state.hookFailingSince ?? hook.lastTry ?? now;
  return { serial, issuer, hook: "failed", failingSince, detail: reasonOf(hook.error) };
}

const NO_HOOK = { hook: "none", failingSince: null, detail: null } as const;

/** How the hook ended, in our own words; anything else might say more of the host than it wants to tell. */
function reasonOf(error: string | null): string | null {
  const reason = error?.startsWith(HOOK_FAILURE) ? error.slice(HOOK_FAILURE.length) : "";
  return /^it (ended with status \d+|was ended by \w+|took longer than [\d.]+ s)$/.test(reason)
    ? detailOf(reason)
    : "it could not be run";
}

export interface ReportInput extends Situation {
  readonly host: UpdaterHost;
  readonly signal: AbortSignal;
  /** Writes the state down. */
  remember(): Promise<void>;
}

/**
 * Sends the report. What is remembered of it is written before, so that one whose answer was lost is sent again.
 * Resolves with a warning where a server that was to be told does not know such reports.
 */
export async function sendReport(input: ReportInput): Promise<{ readonly warning?: string }> {
  const { entry, host, state, disk: { pair }, now } = input;
  const news = newsOf(input);
  if (news === undefined || pair === undefined) throw new Error("there is nothing to report");
  const { issuer, serial, hook, failingSince, detail } = news;
  const last = { serial: `${serial}`, hook, failingSince, detail, at: now, answered: false };
  state.reported = { caUrl: entry.caUrl, last, unknownUntil: null };
  await input.remember();
  const server = host.connect({
    caUrl: entry.caUrl,
    ca: entry.mode === "user" ? "cau" : "cas",
    signal: input.signal,
    timeLimit: LONGEST_REPORT,
  });
  const report: InstallationReport = { issuer, serial, hook, detail, time: now, failingSince };
  // The clock may have been set back since.
  const sent = { ...report, failingSince: failingSince === null ? null : Math.min(failingSince, now) };
  if (await server.reportInstallation(`${serial}`, await signInstallation(sent, pair.key))) {
    state.reported = { caUrl: entry.caUrl, last: { ...last, answered: true }, unknownUntil: null };
    return {};
  }
  state.reported = { caUrl: entry.caUrl, last: null, unknownUntil: now + UNKNOWN_FOR };
  return entry.report === true ? { warning: `${server.serverUrl} does not know reports of installations` } : {};
}
