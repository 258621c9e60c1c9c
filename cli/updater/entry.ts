/** One set of files: from waking up to going back to sleep. */
import { CaucaseError, describeError } from "../../core/errors.ts";
import { recoverKeyPair } from "../../core/host/key_pair_file.ts";
import { readFileBytes } from "../../core/host/durable_file.ts";
import { EXIT } from "../exit_status.ts";
import { pendingChanges, PERFORM } from "./actions.ts";
import { requestFingerprint } from "./bootstrap.ts";
import type { UpdaterEntry } from "./entry_options.ts";
import type { UpdaterHost } from "./host.ts";
import { DiskReader, type OnDisk } from "./observe.ts";
import { type Action, type Holding, plan, type Task, TASK_OF, TASKS, type Track } from "./plan.ts";
import { forgetOldRenewal } from "./saved_renewal.ts";
import { newState, readState, StateFile, type UpdaterState } from "./state.ts";

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

  private constructor(
    private readonly entry: UpdaterEntry,
    private readonly host: UpdaterHost,
    private readonly memory: { readonly state: UpdaterState; readonly file: StateFile },
  ) {
    this.#disk = new DiskReader(entry, host.fileSystem);
  }

  /**
   * Takes up where the last run ended, completing what was cut short.
   * @throws `file`
   */
  static async open(entry: UpdaterEntry, host: UpdaterHost): Promise<EntryUpdater> {
    const { fileSystem, random } = host;
    if (entry.certificate !== undefined) await recoverKeyPair(entry.certificate, fileSystem);
    const state = await readState(entry.statePath, fileSystem) ?? newState(random);
    const updater = new EntryUpdater(entry, host, { state, file: new StateFile(entry.statePath, fileSystem) });
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

  /** What is remembered. */
  get state(): Readonly<UpdaterState> {
    return this.memory.state;
  }

  /** Makes the wake-up that runs, or the next one, look at everything. */
  lookNow(): void {
    this.#demanded = new Set(TASKS);
  }

  /** Does what is due. @throws the reason of `signal`; faults of ours */
  async wakeUp(signal: AbortSignal): Promise<Wake> {
    const { entry, host, memory: { state } } = this;
    const demanded = this.#demanded;
    for (let count = 0; count < MOST_ACTIONS; count++) {
      signal.throwIfAborted();
      const now = host.clock.now();
      const disk = await this.#disk.read();
      // Its certificate is there: a kill came before we noted that, or a person fetched it.
      if (disk.pair !== undefined) state.request = null;
      const { actions: [action], wakeAt } = plan(await this.#observed(disk), now);
      if (action === undefined) {
        // What was demanded and is not due has been looked at; a demand that came meanwhile stays.
        if (this.#demanded === demanded) demanded.clear();
        return await this.#sleepUntil(wakeAt);
      }
      const failure = await this.#attempt(action, { disk, now, signal });
      if (action === "stop") return { kind: "stopped", status: EXIT.error };
      const hookFailed = action === "runHook" && failure !== undefined;
      if (hookFailed && entry.exitOnHookFailure) return { kind: "stopped", status: EXIT.hookFailed };
    }
    throw new Error(`there is no end to what is due for ${entry.name}: ${JSON.stringify(state.tracks)}`);
  }

  async #observed(disk: OnDisk) {
    const { entry: { threshold, crlThreshold, maxSleep }, host, memory: { state } } = this;
    const now = host.clock.now();
    return {
      rules: { threshold, crlThreshold, maxSleep, seed: state.seed },
      hasCa: disk.authorities.some(({ notAfter }) => now <= notAfter),
      crls: disk.crls.filter((crl) =>
        disk.authorities.some(({ keyIdentifier }) => crl.authorityKeyIdentifier === keyIdentifier)
      ),
      certificate: await this.#holding(disk),
      hookPending: pendingChanges(disk, state).length > 0,
      tracks: state.tracks,
      demanded: this.#demanded,
    };
  }

  async #holding({ pair, trouble }: OnDisk): Promise<Holding> {
    const { entry: { certificate: files }, host, memory: { state: { request } } } = this;
    if (files === undefined) return { kind: "none" };
    if (trouble !== undefined) return { kind: "unusable" };
    if (pair !== undefined) {
      const { notBefore, notAfter } = pair.certificate;
      return { kind: "held", notBefore, notAfter };
    }
    const csr = await readFileBytes(files.csrPath, host.fileSystem);
    // A person who puts another request there, or takes it away, wants to begin anew.
    const isSent = request !== null && csr !== undefined && await requestFingerprint(csr) === request.csr;
    if (!isSent) return { kind: "absent" };
    return { kind: request.rejected ? "rejected" : "requested" };
  }

  /** Performs `action` and writes down how it went; the error when it failed. */
  async #attempt(
    action: Action,
    { disk, now, signal }: { disk: OnDisk; now: number; signal: AbortSignal },
  ): Promise<unknown> {
    const { entry, host, memory: { state } } = this;
    const task = TASK_OF[action];
    this.#demanded.delete(task);
    try {
      const { news, lookAgain = false } = await PERFORM[action]({ entry, host, state, disk, now, signal });
      if (news !== undefined) host.log.info("updater.news", { name: entry.name, news });
      if (lookAgain) this.#demanded.add(task);
      this.#mark(task, { lastSuccess: host.clock.now(), failures: 0, notBefore: null, error: null });
      return undefined;
    } catch (thrown) {
      signal.throwIfAborted();
      const error = asRefusal(thrown);
      this.#report(error);
      this.#mark(task, { ...failureOf(error, host.clock.now()), failures: state.tracks[task].failures + 1 });
      return error;
    } finally {
      await this.#remember();
    }
  }

  #mark(task: Task, how: Partial<Track>): void {
    const { tracks } = this.memory.state;
    tracks[task] = { ...tracks[task], lastTry: this.host.clock.now(), ...how };
  }

  #report(error: unknown): void {
    const { host: { log }, entry: { name } } = this;
    if (error instanceof CaucaseError) log.warning("updater.refused", { name, error });
    else log.error("updater.failed", { name, error });
  }

  async #sleepUntil(wakeAt: number): Promise<Wake> {
    this.memory.state.wakeAt = wakeAt;
    await this.#remember();
    return { kind: "asleep", wakeAt };
  }

  /** On a full disk we go on with what we have in memory: nothing that matters could be written anyway. */
  async #remember(): Promise<void> {
    try {
      await this.memory.file.save(this.memory.state);
    } catch (error) {
      this.#report(error);
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
