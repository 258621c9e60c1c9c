/** Problem documents (RFC 8555 6.7, RFC 7807): from every refusal to its type and status, in one place. */
import { AcmeProblem, type Problem, type ProblemType } from "../../core/acme/problem.ts";
import { CaucaseError, describeError, type ErrorCode } from "../../core/errors.ts";
import type { Answer } from "../http/exchange.ts";
import type { AcmeUrls } from "./urls.ts";

const STATUS: Readonly<Record<ProblemType, number>> = {
  accountDoesNotExist: 400,
  alreadyReplaced: 409,
  alreadyRevoked: 400,
  badCSR: 400,
  badNonce: 400,
  badPublicKey: 400,
  badRevocationReason: 400,
  badSignatureAlgorithm: 400,
  compound: 400,
  connection: 400,
  dns: 400,
  externalAccountRequired: 403,
  incorrectResponse: 403,
  invalidContact: 400,
  invalidProfile: 400,
  malformed: 400,
  orderNotReady: 403,
  rateLimited: 429,
  rejectedIdentifier: 403,
  serverInternal: 500,
  tls: 400,
  unauthorized: 403,
  unsupportedContact: 400,
  unsupportedIdentifier: 400,
};

/** What the rest of the program refuses with: the type of the problem, and the status where it is not the type's. */
const CODES: Readonly<Record<ErrorCode, readonly [ProblemType, number?]>> = {
  "malformed": ["malformed"],
  "unacceptable": ["malformed"],
  "untrusted": ["unauthorized"],
  "unauthenticated": ["unauthorized"],
  "consent-required": ["unauthorized"],
  "origin-refused": ["unauthorized"],
  "not-found": ["malformed", 404],
  "method-not-allowed": ["malformed", 405],
  "already-revoked": ["alreadyRevoked"],
  "duplicate-key": ["badCSR"],
  "too-large": ["malformed", 413],
  "too-many-pending": ["rateLimited"],
  "too-soon": ["rateLimited"],
  "usage": ["serverInternal"],
  "file": ["serverInternal"],
  "in-use": ["serverInternal"],
  "storage": ["serverInternal"],
  "clock-behind": ["serverInternal"],
  "unreachable": ["serverInternal"],
  "refused": ["serverInternal"],
  "unsupported-runtime": ["serverInternal"],
};

/** Seconds after which a client may try again that is told nothing better. */
const RETRY_AFTER = 3600;

/** Characters of a reason, at most: some quote what the client sent. */
const LONGEST_DETAIL = 500;

const INTERNAL: Problem = { type: "serverInternal", detail: "the server failed; its log says why" };

/** The answer to a request that failed with `error`. It says nothing of a bug: the caller logs that. */
export function acmeRefusal(error: unknown, urls: AcmeUrls): Answer {
  const [problem, status] = judge(error);
  const details = error instanceof CaucaseError ? error.details : {};
  const algorithms = error instanceof AcmeProblem ? error.details.algorithms : undefined;
  const document = { ...problemJson(problem), status, ...(algorithms && { algorithms }) };
  const { allow, retryAfter = RETRY_AFTER } = details;
  const account = error instanceof AcmeProblem ? error.details.account : undefined;
  return {
    status,
    headers: {
      "Content-Type": "application/problem+json",
      ...(status === 405 && { "Allow": (allow ?? []).join(", ") }),
      ...(status === 429 && { "Retry-After": `${retryAfter}` }),
      ...(account !== undefined && { "Location": urls.of("account", account) }),
    },
    body: JSON.stringify(document),
  };
}

function judge(error: unknown): readonly [Problem, number] {
  if (error instanceof AcmeProblem) {
    const { problem, details: { status, account } } = error;
    return [cut(problem), status ?? (account === undefined ? STATUS[problem.type] : 409)];
  }
  if (!(error instanceof CaucaseError)) return [INTERNAL, 500];
  const [type, status = STATUS[type]] = CODES[error.code];
  return status === 500 ? [INTERNAL, 500] : [cut({ type, detail: describeError(error) }), status];
}

function cut(problem: Problem): Problem {
  return { ...problem, detail: problem.detail.slice(0, LONGEST_DETAIL) };
}

/** A problem as clients read it. */
export function problemJson({ type, detail, identifier, subproblems }: Problem): Readonly<Record<string, unknown>> {
  return {
    type: `urn:ietf:params:acme:error:${type}`,
    detail,
    ...(identifier && { identifier }),
    ...(subproblems && { subproblems: subproblems.map(problemJson) }),
  };
}
