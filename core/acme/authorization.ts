/**
 * Authorizations and their challenges (RFC 8555 7.1.4 to 7.1.6): whether an account has shown that it controls a name.
 * Every function here answers what an authorization becomes; storing that, if it is still what the caller saw, is the
 * store's.
 */
import type { Identifier } from "./identifier.ts";
import type { Problem } from "./problem.ts";

export const CHALLENGE_TYPES = ["http-01", "dns-01", "tls-alpn-01"] as const;
export type ChallengeType = typeof CHALLENGE_TYPES[number];

export const CHALLENGE_STATUSES = ["pending", "processing", "valid", "invalid"] as const;
export type ChallengeStatus = typeof CHALLENGE_STATUSES[number];

/** That an authorization expired is not stored: see {@linkcode statusAt}. */
export const AUTHORIZATION_STATUSES = ["pending", "valid", "invalid", "deactivated"] as const;
export type AuthorizationStatus = typeof AUTHORIZATION_STATUSES[number];

/** Times are Unix seconds. */
export interface Challenge {
  readonly type: ChallengeType;
  /** 32 random bytes, base64url. */
  readonly token: string;
  readonly status: ChallengeStatus;
  /** When the client asked for it. */
  readonly begunAt?: number;
  readonly validatedAt?: number;
  readonly error?: Problem;
}

/** Times are Unix seconds. */
export interface Authorization {
  /** 16 random bytes, base64url. */
  readonly id: string;
  /** Id of the account. */
  readonly account: string;
  /** Never with `*.`: that is `isWildcard`. */
  readonly identifier: Identifier;
  readonly isWildcard: boolean;
  readonly status: AuthorizationStatus;
  readonly expires: number;
  /** At most one of each type. */
  readonly challenges: readonly Challenge[];
}

/** The id of a challenge in URLs: the authorization's and the type, as in `Zm9v.http-01`. */
export function challengeId(authorization: string, type: ChallengeType): string {
  return `${authorization}.${type}`;
}

/** Undefined for a text that is no challenge's id. */
export function parseChallengeId(
  id: string,
): { readonly authorization: string; readonly type: ChallengeType } | undefined {
  const [authorization = "", typeText, ...rest] = id.split(".");
  const type = CHALLENGE_TYPES.find((known) => known === typeText);
  return type === undefined || authorization === "" || rest.length > 0 ? undefined : { authorization, type };
}

export function findChallenge({ challenges }: Authorization, type: ChallengeType): Challenge | undefined {
  return challenges.find((challenge) => challenge.type === type);
}

/** Whether a challenge showed it; else it is valid, if it is, because people decide (`--acme approval`). */
export function isProved({ status, challenges }: Authorization): boolean {
  return status === "valid" && challenges.some((challenge) => challenge.status === "valid");
}

/** The status that a client is told. */
export function statusAt({ status, expires }: Authorization, now: number): AuthorizationStatus | "expired" {
  return expires < now && (status === "pending" || status === "valid") ? "expired" : status;
}

/**
 * With the challenge of that type begun. Undefined where there is nothing to begin: it was begun before, or the
 * authorization waits for nothing any more.
 */
export function begun(authorization: Authorization, type: ChallengeType, now: number): Authorization | undefined {
  const challenge = findChallenge(authorization, type);
  if (statusAt(authorization, now) !== "pending" || challenge?.status !== "pending") return undefined;
  return withChallenge(authorization, { ...challenge, status: "processing", begunAt: now });
}

/** How a challenge ended. */
export type Outcome =
  | { readonly status: "valid"; readonly now: number; /** How long that holds, in seconds. */ readonly life: number }
  | { readonly status: "invalid"; readonly error: Problem; readonly now: number };

/** With the challenge of that type decided, and itself with it. Undefined where it is not being tried (any more). */
export function decided(
  authorization: Authorization,
  type: ChallengeType,
  outcome: Outcome,
): Authorization | undefined {
  const challenge = findChallenge(authorization, type);
  if (authorization.status !== "pending" || challenge?.status !== "processing") return undefined;
  const { status, now } = outcome;
  const changes = status === "valid" ? { status, validatedAt: now } : { status, error: outcome.error };
  const expires = status === "valid" ? Math.max(authorization.expires, now + outcome.life) : authorization.expires;
  return { ...withChallenge(authorization, { ...challenge, ...changes }), status, expires };
}

/** As its account gives it up. Undefined where it is neither pending nor valid. */
export function deactivated(authorization: Authorization): Authorization | undefined {
  const { status } = authorization;
  return status === "pending" || status === "valid" ? { ...authorization, status: "deactivated" } : undefined;
}

function withChallenge(authorization: Authorization, changed: Challenge): Authorization {
  const challenges = authorization.challenges.map((one) => (one.type === changed.type ? changed : one));
  return { ...authorization, challenges };
}
