/** One set of files: from waking up to going back to sleep. */
import { CaucaseError, describeError } from "../../core/errors.ts";
import { recoverKeyPair } from "../../core/host/key_pair_change.ts";
import { EXIT } from "../exit_status.ts";
import { pendingChanges, PERFORM } from "./actions.ts";
import type { UpdaterEntry } from "./entry_options.ts";
import { holdingOf } from "./holding.ts";
import type { UpdaterHost } from "./host.ts";
import { LostRights } from "./lost_rights.ts";
import { DiskReader, type OnDisk } from "./observe.ts";
import { plan, type Task, TASK_OF, TASKS, type Track, type UpdaterAction } from "./plan.ts";
import { isReportPending } from "./report.ts";
import { forgetOldRenewal } from "./saved_renewal.ts";
import { newState, readState, StateFile, type UpdaterState } from "./state.ts";
import { Voice } from "./voice.ts";

/** How a wake-up ended. */
export type Wake =
  | { readonly kind: "asleep"; readonly wakeAt: number }
  /** For good, with an exit status. */
  | { readonly kind: "stopped"; readonly status: number };

/** More actions than any wake-up has: past it something is wrong with us, and must not become a busy loop. */
const MOST_ACTIONS = 20;

export class EntryUpdater {
  /** A start looks at everything. */
  #demanded = new Set<Task>(TASKS);

  readonly #disk: DiskReader;
  readonly #voice: Voice;
  readonly #lostRights: LostRights;
  readonly #file: StateFile;
  readonly #host: UpdaterHost;
  #unsaved = false;

  private constructor(private readonly entry: UpdaterEntry, host: UpdaterHost, readonly state: UpdaterState) {
    const { statePath, name } = entry;
    this.#voice = new Voice(host.log, name);
    this.#lostRights = new LostRights(host.fileSystem, { state, statePath }, this.#voice);
    const { fileSystem } = this.#lostRights;
    this.#host = { ...host, fileSystem };
    this.#file = new StateFile(statePath, fileSystem);
    this.#disk = new DiskReader(entry, fileSystem);
  }

  /**
   * Takes up where the last run ended, completing what was cut short.
   * @throws `file`
   */
  static async open(entry: UpdaterEntry, host: UpdaterHost): Promise<EntryUpdater> {
    const { fileSystem, random } = host;
    const state = await readState(entry.statePath, fileSystem) ?? newState(random);
    const updater = new EntryUpdater(entry, host, state);
    if (entry.certificate !== undefined) await recoverKeyPair(entry.certificate, updater.#host.fileSystem);
    const { pair, watched } = await updater.#disk.read();
    if (pair !== undefined && entry.certificate !== undefined) {
      await forgetOldRenewal(entry.certificate.keyPath, pair.certificate, fileSystem);
    }
    // What is there before our first start is old news to everybody.
    for (const { path, fingerprint } of watched) {
      if (!Object.hasOwn(state.announced, path)) state.announced[path] = fingerprint;
    }
    await updater.#remember();
    return updater;
  }

  /** Whether what is remembered could not be written down the last time. */
  get unsaved(): boolean {
    return this.#unsaved;
  }

  /** Makes the wake-up that runs, or the next one, look at everything. */
  lookNow(): void {
    this.#demanded = new Set(TASKS);
  }

  /** Does what is due. @throws the reason of `signal`; bugs */
  async wakeUp(signal: AbortSignal): Promise<Wake> {
    const { entry, state } = this;
    const demanded = this.#demanded;
    for (let count = 0; count < MOST_ACTIONS; count++) {
      signal.throwIfAborted();
      const now = this.#host.clock.now();
      await this.#lostRights.settle();
      const disk = await this.#disk.read();
      // Its certificate is there: a kill came before we noted that, or a person fetched it.
      if (disk.pair !== undefined && now <= disk.pair.certificate.notAfter) state.request = null;
      const next = plan(await this.#observed(disk), now);
      if (next.action === undefined) {
        // What was demanded and is not due has been looked at; a demand that came meanwhile stays.
        if (this.#demanded === demanded) demanded.clear();
        return await this.#sleepUntil(next.wakeAt);
      }
      const failure = await this.#attempt(next.action, { disk, now, signal });
      if (next.action === "stop") return { kind: "stopped", status: EXIT.error };
      const hookFailed = next.action === "runHook" && failure !== undefined;
      if (hookFailed && entry.exitOnHookFailure) return await this.#endAfterHook(signal);
    }
    throw new Error(`there is no end to what is due for ${entry.name}: ${JSON.stringify(state.tracks)}`);
  }

  /** Nobody else would tell the server. */
  async #endAfterHook(signal: AbortSignal): Promise<Wake> {
    const disk = await this.#disk.read();
    const now = this.#host.clock.now();
    if ((await this.#observed(disk)).reportPending) await this.#attempt("report", { disk, now, signal });
    return { kind: "stopped", status: EXIT.hookFailed };
  }

  async #observed(disk: OnDisk) {
    const { entry, entry: { certificate, threshold, crlThreshold, maxSleep }, state } = this;
    const { clock, fileSystem } = this.#host;
    const now = clock.now();
    const hookPending = pendingChanges(disk, state).length > 0;
    return {
      rules: { threshold, crlThreshold, maxSleep, seed: state.seed },
      hasCa: disk.authorities.some(({ notAfter }) => now <= notAfter),
      crls: disk.crls.filter((crl) =>
        disk.authorities.some(({ keyIdentifier }) => crl.authorityKeyIdentifier === keyIdentifier)
      ),
      crlDamaged: disk.crlDamage !== undefined,
      certificate: await holdingOf(certificate, disk, { request: state.request, fileSystem }),
      hookPending,
      reportPending: isReportPending({ entry, disk, state, hookPending, now }),
      tracks: state.tracks,
      demanded: this.#demanded,
    };
  }

  /** Performs `action` and writes down how it went; the error when it failed. */
  async #attempt(
    action: UpdaterAction,
    { disk, now, signal }: { disk: OnDisk; now: number; signal: AbortSignal },
  ): Promise<unknown> {
    const { entry, state } = this;
    const [host, voice] = [this.#host, this.#voice];
    const task = TASK_OF[action];
    this.#demanded.delete(task);
    try {
      const input = { entry, host, state, disk, voice, now, signal, remember: () => this.#remember() };
      const { news, warning, lookAgain = false } = await PERFORM[action](input);
      if (news !== undefined) voice.info(news);
      if (warning !== undefined) voice.warning(warning);
      if (lookAgain) this.#demanded.add(task);
      this.#mark(task, { lastSuccess: host.clock.now(), failures: 0, notBefore: null, error: null });
      if (task === "hook") state.hookFailingSince = null;
      return undefined;
    } catch (thrown) {
      signal.throwIfAborted();
      const error = asRefusal(thrown);
      // A report that fails is nobody's trouble: said once, until one succeeds.
      if (task !== "report" || state.tracks.report.failures === 0) voice.report(error);
      if (task === "hook") state.hookFailingSince ??= host.clock.now();
      this.#mark(task, { ...failureOf(error, host.clock.now()), failures: state.tracks[task].failures + 1 });
      return error;
    } finally {
      await this.#remember();
    }
  }

  #mark(task: Task, how: Partial<Track>): void {
    const { tracks } = this.state;
    tracks[task] = { ...tracks[task], lastTry: this.#host.clock.now(), ...how };
  }

  async #sleepUntil(wakeAt: number): Promise<Wake> {
    this.state.wakeAt = wakeAt;
    await this.#remember();
    return { kind: "asleep", wakeAt };
  }

  /** On a full disk we go on with what we have in memory: nothing that matters could be written anyway. */
  async #remember(): Promise<void> {
    try {
      await this.#file.save(this.state);
      this.#unsaved = false;
      this.#voice.over("state");
    } catch (error) {
      if (!(error instanceof CaucaseError)) throw error;
      this.#unsaved = true;
      this.#voice.once("state", error);
    }
  }
}

/** A server that took too long for a whole action is one that cannot be reached. */
function asRefusal(error: unknown): unknown {
  if (!(error instanceof DOMException && error.name === "TimeoutError")) return error;
  return new CaucaseError("unreachable", "the server took too long", { cause: error });
}

function failureOf(error: unknown, now: number): Pick<Track, "error" | "notBefore"> {
  const retryAfter = error instanceof CaucaseError ? error.details.retryAfter : undefined;
  return { error: describeError(error), notBefore: retryAfter === undefined ? null : now + retryAfter };
}
