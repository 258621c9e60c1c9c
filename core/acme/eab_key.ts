/** External account keys (RFC 8555 7.3.4): who has one may make an account. */
import type { Actor } from "../ca/actor.ts";
import type { NamePatterns } from "./name_pattern.ts";
import { AcmeProblem } from "./problem.ts";

/** How long its secret is, in bytes. */
export const EAB_SECRET_SIZE = 32;

/** All that is known of a key but its secret, which is kept apart. Times are Unix seconds. */
export interface EabKey {
  /** 16 random bytes, base64url: the `kid` of the binding. */
  readonly id: string;
  /** For people; may be empty. */
  readonly name: string;
  /** Names that its accounts may order; undefined for all that may be ordered at all. */
  readonly allow: NamePatterns | undefined;
  /** How many accounts may still be made with it; undefined for any number. */
  readonly usesLeft: number | undefined;
  readonly expires: number | undefined;
  readonly createdBy: Actor;
  readonly createdAt: number;
  readonly revokedAt: number | undefined;
}

/** Why no account may be made with a key; undefined when one may. */
export function eabRefusal(key: EabKey | undefined, now: number): AcmeProblem | undefined {
  if (key === undefined) return new AcmeProblem("unauthorized", "the external account key is unknown");
  const reason = key.revokedAt !== undefined
    ? "was revoked"
    : key.expires !== undefined && key.expires < now
    ? "has expired"
    : key.usesLeft === 0
    ? "was used as often as it may be"
    : undefined;
  return reason === undefined ? undefined : new AcmeProblem("unauthorized", `the external account key ${reason}`);
}

/** The key after an account was made with it. */
export function usedOnce(key: EabKey): EabKey {
  return key.usesLeft === undefined ? key : { ...key, usesLeft: key.usesLeft - 1 };
}
