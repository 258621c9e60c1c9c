/** Logs for tests. */
import assert from "node:assert/strict";
import { CaucaseError, describeFault } from "../../core/errors.ts";
import { createLog, type Log, type LogRecord, sentenceOf } from "../../core/log.ts";

/** Keeps what is told, from warnings up, in `warnings`: the sentences, and stacks where an event has them. */
export function recordedLog(warnings: string[]): Log {
  return createLog((record) => {
    if (isWarning(record)) warnings.push([sentenceOf(record), ...stackOf(record)].join("\n"));
  });
}

/** Fails a test that is told of anything, from warnings up. */
export const strictLog: Log = createLog((record) => {
  if (isWarning(record)) assert.fail(sentenceOf(record));
});

export const quietLog: Log = createLog(() => {});

function stackOf({ fields: { error, stack } }: LogRecord): string[] {
  if (error instanceof Error && !(error instanceof CaucaseError)) return [describeFault(error)];
  return stack === undefined ? [] : [String(stack)];
}

function isWarning({ level }: LogRecord): boolean {
  return level === "warning" || level === "error";
}
