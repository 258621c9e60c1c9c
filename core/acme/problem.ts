/** What ACME calls problems (RFC 8555 6.7): refusals that a client reads, with a type from a closed list. */
import { CaucaseError, type ErrorDetails } from "../errors.ts";
import type { Identifier } from "./identifier.ts";

/** Names in `urn:ietf:params:acme:error:`, of RFC 8555 6.7, RFC 9773 and draft-ietf-acme-profiles. */
export const PROBLEM_TYPES = [
  "accountDoesNotExist",
  "alreadyReplaced",
  "alreadyRevoked",
  "badCSR",
  "badNonce",
  "badPublicKey",
  "badRevocationReason",
  "badSignatureAlgorithm",
  "compound",
  "connection",
  "dns",
  "externalAccountRequired",
  "incorrectResponse",
  "invalidContact",
  "invalidProfile",
  "malformed",
  "orderNotReady",
  "rateLimited",
  "rejectedIdentifier",
  "serverInternal",
  "tls",
  "unauthorized",
  "unsupportedContact",
  "unsupportedIdentifier",
] as const;

export type ProblemType = typeof PROBLEM_TYPES[number];

/** A problem as a value: what is kept with an order or a challenge that failed. */
export interface Problem {
  readonly type: ProblemType;
  /** For people. */
  readonly detail: string;
  /** The name that it is about, where it is one of several. */
  readonly identifier?: Identifier;
  /** One for each name that failed. */
  readonly subproblems?: readonly Problem[];
}

/** What a refusal may carry besides its problem. */
export interface AcmeProblemDetails extends ErrorDetails, Pick<Problem, "identifier" | "subproblems"> {
  /** Signature algorithms that are taken, for `badSignatureAlgorithm`. */
  readonly algorithms?: readonly string[];
  /** Id of the account that has the key, where that is in the way. */
  readonly account?: string;
  /** HTTP status, where it is not the one of the type. */
  readonly status?: number;
}

/** A refusal to an ACME client. To all others it is `unacceptable`. */
export class AcmeProblem extends CaucaseError {
  constructor(readonly type: ProblemType, detail: string, override readonly details: AcmeProblemDetails = {}) {
    super("unacceptable", detail, details);
  }

  /** As it is kept and sent. */
  get problem(): Problem {
    const { identifier, subproblems } = this.details;
    return {
      type: this.type,
      detail: this.message,
      ...(identifier && { identifier }),
      ...(subproblems && { subproblems }),
    };
  }
}

/**
 * What became of several names as one problem: the one there is, or a `compound` with each of them.
 * @param problems at least one
 */
export function combineProblems(problems: readonly Problem[]): Problem {
  const [first, ...rest] = problems;
  if (first === undefined) throw new RangeError("no problems to combine");
  if (rest.length === 0) return first;
  const types = new Set(problems.map(({ type }) => type));
  const type = types.size === 1 ? first.type : "compound";
  return { type, detail: `${problems.length} names were refused`, subproblems: problems };
}
