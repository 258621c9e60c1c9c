/** Why a challenge was not met, as RFC 8555 names it and in words for people. */
import { CaucaseError, describeError } from "../../../core/errors.ts";
import { escapeControls } from "../../../core/x509/name.ts";

/** Problem types of RFC 8555 6.7 that validation ends with, without `urn:ietf:params:acme:error:`. */
export type ValidationProblem = "connection" | "dns" | "tls" | "incorrectResponse" | "malformed";

/** What did not hold; it stays readable in the challenge. */
export interface ValidationFailure {
  readonly type: ValidationProblem;
  /** For people: at most 600 characters, none of which controls a terminal or turns the direction of text. */
  readonly detail: string;
}

/** Ends an attempt. `validate()` gives it as a value. */
export class FailedAttempt extends Error {
  override readonly name = "FailedAttempt";

  /** @param again whether another attempt may end differently */
  constructor(readonly failure: ValidationFailure, readonly again: boolean) {
    super(failure.detail);
  }
}

/** A failure that another attempt may not have: hosts start, records spread. */
export function failed(type: ValidationProblem, detail: string): FailedAttempt {
  return new FailedAttempt({ type, detail: bounded(detail) }, true);
}

/** A failure that stays, however often it is tried. */
export function failedForGood(type: ValidationProblem, detail: string): FailedAttempt {
  return new FailedAttempt({ type, detail: bounded(detail) }, false);
}

/** Most characters of text that others wrote. */
const LONGEST_QUOTE = 100;
const LONGEST_DETAIL = 600;

/** Text that others wrote, harmless: in quotes, cut, without control and formatting characters and lone surrogates. */
export function quoted(text: string): string {
  const cut = text.length > LONGEST_QUOTE ? `${text.slice(0, LONGEST_QUOTE)}…` : text;
  return `"${escapeControls(cut.toWellFormed()).replaceAll('"', "'")}"`;
}

/** What the system or the runtime says of a connection that failed. */
export function reasonOf(error: unknown): string {
  if (error instanceof CaucaseError) return describeError(error);
  if (error instanceof Error && "code" in error && typeof error.code === "string") {
    return REASONS[error.code] ?? error.code;
  }
  return error instanceof Error ? error.message : String(error);
}

const REASONS: Readonly<Record<string, string>> = {
  ECONNREFUSED: "connection refused",
  ECONNRESET: "the connection was reset",
  EPIPE: "the connection was closed",
  ETIMEDOUT: "no answer",
  EHOSTUNREACH: "there is no way to that host",
  ENETUNREACH: "there is no way to that network",
};

function bounded(detail: string): string {
  const harmless = escapeControls(detail.toWellFormed());
  return harmless.length > LONGEST_DETAIL ? `${harmless.slice(0, LONGEST_DETAIL - 1).toWellFormed()}…` : harmless;
}
