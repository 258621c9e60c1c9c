/** What the operating system asks of a running program. */

/** Asks to end: `kill`, a service manager, Ctrl-C. */
const STOP_SIGNALS = ["SIGTERM", "SIGINT"] as const;

export interface StopSignals {
  /** Aborted by the first SIGTERM or SIGINT; its reason names which. */
  readonly signal: AbortSignal;
  /** Gives both signals their usual meaning back: they end the process at once. */
  remove(): void;
}

/**
 * Turns SIGTERM and SIGINT into an abort. Further ones change nothing until `remove` is called: a terminal and a
 * wrapper (`npx`) often both send one for the same Ctrl-C, and a clean stop must survive the second.
 */
export function onStopSignals(): StopSignals {
  const controller = new AbortController();
  const handlers = STOP_SIGNALS.map((name) => {
    const handler = () => controller.abort(new DOMException(`stopped by ${name}`, "AbortError"));
    Deno.addSignalListener(name, handler);
    return { name, handler };
  });
  return {
    signal: controller.signal,
    remove: () => handlers.forEach(({ name, handler }) => Deno.removeSignalListener(name, handler)),
  };
}

/**
 * Calls `reload` for every SIGHUP, which would otherwise end the process.
 * @returns what gives SIGHUP its usual meaning back
 */
export function onReload(reload: () => void): () => void {
  Deno.addSignalListener("SIGHUP", reload);
  return () => Deno.removeSignalListener("SIGHUP", reload);
}
