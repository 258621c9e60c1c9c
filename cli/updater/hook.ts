/** Runs the command of `--on-renew` for the updater: told what changed, and for a limited time. */
import { CaucaseError } from "../../core/errors.ts";

export type ChangeReason = "ca" | "crl" | "certificate" | "key";

/** A file or store whose content the hook was not yet told of. */
export interface ChangedPath {
  readonly path: string;
  readonly reason: ChangeReason;
}

export interface HookRun {
  /** A shell command line. */
  readonly command: string;
  readonly changes: readonly ChangedPath[];
  /** Seconds after which it is killed, with all that it started. */
  readonly timeLimit: number;
  /** Ends it before its time; it has failed then. */
  readonly signal: AbortSignal;
}

/** What the message of a failure begins with; how it ended follows. */
export const HOOK_FAILURE = "the --on-renew command failed: ";

/** Between SIGTERM and SIGKILL, in milliseconds. */
const GRACE = 5_000;

/** How long after SIGTERM one that cannot be killed is waited for, in milliseconds. */
const PATIENCE = 2 * GRACE;

/**
 * Runs the command once, through `/bin/sh -c`, in a new process group. `CAUCASE_CHANGED` holds the changed paths, one a
 * line; `CAUCASE_REASONS`, line by line, why each: `ca`, `crl`, `certificate` or `key`.
 * @throws `refused` with the status, when it fails, cannot be started, or takes longer than its limit
 */
export async function runHookOnce({ command, changes, timeLimit, signal }: HookRun): Promise<void> {
  const child = startHook(command, changes);
  let reason: string | undefined;
  const end = (why: string) => {
    if (reason !== undefined) return;
    reason = why;
    signalGroup(child, "SIGTERM");
  };
  const onAbort = () => end("it was stopped with the updater");
  const timer = setTimeout(() => end(`it took longer than ${timeLimit} s`), timeLimit * 1000);
  signal.addEventListener("abort", onAbort);
  if (signal.aborted) onAbort();
  try {
    const status = await endOf(child, () => reason !== undefined);
    reason ??= status && failureOf(status);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", onAbort);
  }
  if (reason !== undefined) throw hookFailure(reason);
}

function startHook(command: string, changes: readonly ChangedPath[]): Deno.ChildProcess {
  try {
    return new Deno.Command("/bin/sh", {
      args: ["-c", command],
      env: {
        CAUCASE_CHANGED: changes.map(({ path }) => path).join("\n"),
        CAUCASE_REASONS: changes.map(({ reason }) => reason).join("\n"),
      },
      stdin: "null",
      stdout: "inherit",
      stderr: "inherit",
      // A new group, to end it as a whole.
      detached: true,
    }).spawn();
  } catch (error) {
    throw hookFailure(`it could not be started: ${error instanceof Error ? error.message : error}`);
  }
}

/**
 * Status of the child; once it is `ending`, what is left of its group is killed after a while. Undefined when it lives
 * on even so: it may run as another user, whom the updater must not signal.
 */
async function endOf(child: Deno.ChildProcess, ending: () => boolean): Promise<Deno.CommandStatus | undefined> {
  const givenUp = Promise.withResolvers<undefined>();
  let endingSince: number | undefined;
  const killer = setInterval(() => {
    if (!ending()) return;
    endingSince ??= performance.now();
    const passed = performance.now() - endingSince;
    if (passed >= GRACE) signalGroup(child, "SIGKILL");
    if (passed < PATIENCE) return;
    child.unref();
    givenUp.resolve(undefined);
  }, 250);
  try {
    return await Promise.race([child.status, givenUp.promise]);
  } finally {
    clearInterval(killer);
    // The shell is gone; what it left in the background when it was told to end goes too.
    if (ending()) signalGroup(child, "SIGKILL");
  }
}

function failureOf({ success, code, signal }: Deno.CommandStatus): string | undefined {
  if (success) return undefined;
  return signal === null ? `it ended with status ${code}` : `it was ended by ${signal}`;
}

function hookFailure(reason: string): CaucaseError {
  return new CaucaseError("refused", `${HOOK_FAILURE}${reason}`);
}

/** Signals the whole group that `leader` leads. */
function signalGroup(leader: Deno.ChildProcess, signal: Deno.Signal): void {
  try {
    Deno.kill(-leader.pid, signal);
  } catch (error) {
    // `--allow-run=/bin/sh` is enough to start it and to signal it, but nobody else.
    if (error instanceof Deno.errors.NotCapable) return signalAlone(leader, signal);
    // Nobody of it is left, or all of it runs as another user; thrown from a timer, an error would end the updater.
    const isOutOfReach = error instanceof Deno.errors.NotFound || error instanceof Deno.errors.PermissionDenied;
    if (!isOutOfReach && !(error instanceof TypeError)) throw error;
  }
}

function signalAlone(child: Deno.ChildProcess, signal: Deno.Signal): void {
  try {
    child.kill(signal);
  } catch (error) {
    // It has ended.
    if (!(error instanceof TypeError)) throw error;
  }
}
