/** Exit statuses, and which one an error ends a command with. */
import { CaucaseError, type ErrorCode } from "../core/errors.ts";

export const EXIT = { ok: 0, error: 1, warning: 2, usage: 2, hookFailed: 3 } as const;

const STATUS: Readonly<Record<ErrorCode, number>> = {
  "malformed": EXIT.error,
  "unacceptable": EXIT.error,
  "untrusted": EXIT.error,
  "unauthenticated": EXIT.error,
  "consent-required": EXIT.error,
  "origin-refused": EXIT.error,
  "not-found": EXIT.error,
  "method-not-allowed": EXIT.error,
  "already-revoked": EXIT.error,
  "duplicate-key": EXIT.error,
  "too-large": EXIT.error,
  "too-many-pending": EXIT.error,
  "too-soon": EXIT.error,
  "usage": EXIT.usage,
  "file": EXIT.error,
  "in-use": EXIT.error,
  "storage": EXIT.error,
  "clock-behind": EXIT.error,
  "unreachable": EXIT.error,
  "refused": EXIT.error,
  "unsupported-runtime": EXIT.error,
};

/** The exit status for `error`. */
export function exitStatusOf(error: unknown): number {
  return error instanceof CaucaseError ? STATUS[error.code] : EXIT.error;
}
