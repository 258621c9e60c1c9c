/** What a refusal looks like on the wire: one record from error code to status, headers and body. */
import { CaucaseError, describeError, type ErrorCode } from "../../core/errors.ts";
import type { Answer } from "../http/exchange.ts";

/** HTTP status of a code. 500 where the fault is ours, whatever the code says to an administrator. */
const STATUS: Readonly<Record<ErrorCode, number>> = {
  "malformed": 400,
  "unacceptable": 400,
  "untrusted": 400,
  "unauthenticated": 401,
  "consent-required": 401,
  "origin-refused": 403,
  "not-found": 404,
  "method-not-allowed": 405,
  "already-revoked": 409,
  "duplicate-key": 409,
  "too-large": 413,
  "too-many-pending": 507,
  "too-soon": 429,
  "usage": 500,
  "file": 500,
  "in-use": 500,
  "storage": 500,
  "clock-behind": 500,
  "unreachable": 500,
  "refused": 500,
  "unsupported-runtime": 500,
};

const PLAIN_TEXT = { "Content-Type": "text/plain; charset=utf-8", "X-Content-Type-Options": "nosniff" };

/** Characters of a reason, at most: some quote what the client sent, and that may be megabytes. */
const LONGEST_REASON = 500;

/** The status that `error` is answered with. */
export function statusOf(error: unknown): number {
  return error instanceof CaucaseError ? STATUS[error.code] : 500;
}

/** The answer to a request that failed with `error`. It says nothing of a bug: the caller logs that. */
export function refusal(error: unknown): Answer {
  const status = statusOf(error);
  if (status === 500 || !(error instanceof CaucaseError)) return { status };
  const reason = describeError(error).slice(0, LONGEST_REASON);
  return { status, headers: { ...PLAIN_TEXT, ...challenge(error) }, body: `${reason}\n` };
}

function challenge({ code, details }: CaucaseError): Record<string, string> {
  switch (code) {
    case "unauthenticated":
      return { "WWW-Authenticate": "transport" };
    case "consent-required":
      return { "WWW-Authenticate": `cors url="${details.url ?? ""}"` };
    case "method-not-allowed":
      return { "Allow": (details.allow ?? []).join(", ") };
    case "too-soon":
      return { "Retry-After": `${details.retryAfter ?? 60}` };
    default:
      return {};
  }
}
