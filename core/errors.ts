/**
 * The one error type of the program. `core/` throws it, the server maps its code to an HTTP status
 * (`server/caucase/refusals.ts`), the command line maps it to an exit status (`cli/exit_status.ts`). Any other
 * thrown error is a bug.
 */

/** Why something was refused or failed. Closed on purpose: both maps are exhaustive records over it. */
export type ErrorCode =
  /** Input is not what its format says: PEM, DER, JSON, an id, an option's value. */
  | "malformed"
  /** Well formed, but not acceptable here: a weak key, an algorithm that is not allowed, a profile breach. */
  | "unacceptable"
  /** A signature, issuer, date or revocation check failed. */
  | "untrusted"
  /** No valid user certificate where one is needed. */
  | "unauthenticated"
  /** Another origin whose person has not decided yet; `url` is where to ask. */
  | "consent-required"
  /** Another origin that was refused, or can never be allowed. */
  | "origin-refused"
  /** No such path, id, certificate or CRL, or not in the state that the operation needs. */
  | "not-found"
  /** The path exists, the method does not; `allow` lists those that do. */
  | "method-not-allowed"
  | "already-revoked"
  /** A user's key is already known to the CA. */
  | "duplicate-key"
  /** A body over the limit. */
  | "too-large"
  /** The CA holds as many pending requests as it may. */
  | "too-many-pending"
  /** Asked again sooner than that may be; `retryAfter` says when it may. */
  | "too-soon"
  /** The command line is wrong. */
  | "usage"
  /** A file cannot be read, written or understood; `message` names it. */
  | "file"
  /** The database, key file or trust store is in use by another process. */
  | "in-use"
  /** The database cannot be used. */
  | "storage"
  /** The clock is behind what the database has seen: nothing may be signed. */
  | "clock-behind"
  /** A peer did not answer. */
  | "unreachable"
  /** A peer answered with a refusal; `status` is its HTTP status. */
  | "refused"
  /** This runtime lacks something that safety needs. */
  | "unsupported-runtime";

/** What a code may carry besides its message. */
export interface ErrorDetails {
  /** What to do about it; shown after the message. */
  readonly hint?: string;
  /** Methods of the path, for `method-not-allowed`. */
  readonly allow?: readonly string[];
  /** Where a person decides, for `consent-required`. */
  readonly url?: string;
  /** The peer's HTTP status, for `refused`. */
  readonly status?: number;
  /** Seconds to wait before asking again: for `too-soon`, and from a peer's `Retry-After`. */
  readonly retryAfter?: number;
  readonly cause?: unknown;
}

/** A refusal or failure with a stable code. Messages name the thing and never contain key material. */
export class CaucaseError extends Error {
  override readonly name = "CaucaseError";

  constructor(readonly code: ErrorCode, message: string, readonly details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
  }
}

/** Input that is not what its format says. */
export function malformed(message: string, details?: ErrorDetails): CaucaseError {
  return new CaucaseError("malformed", message, details);
}

/** The message and hint of any thrown value, for people. */
export function describeError(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const hint = error instanceof CaucaseError && error.details.hint;
  return hint ? `${error.message} (${hint})` : error.message;
}

/** As `describeError`; of a bug the stack too, with those of its causes. */
export function describeFault(error: unknown): string {
  if (error instanceof CaucaseError || !(error instanceof Error)) return describeError(error);
  const own = error.stack ?? error.message;
  return error.cause instanceof Error ? `${own}\ncaused by ${describeFault(error.cause)}` : own;
}
