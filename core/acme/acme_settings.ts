/** What ACME is told from outside, and what holds where nothing is told. */
import { SECONDS_PER_DAY } from "../ca/lifecycle.ts";
import type { NamePatterns } from "./name_pattern.ts";

/** Who validates: proof of control, people, or first the one and then the other. */
export const ACME_POLICIES = ["challenge", "approval", "both"] as const;
export type AcmePolicy = typeof ACME_POLICIES[number];

export interface AcmeLimits {
  readonly accountsPerAddressAndHour: number;
  readonly pendingOrdersPerAccount: number;
  readonly identifiersPerOrder: number;
  /** For one account and one name in an hour. */
  readonly failuresPerName: number;
}

/** Seconds. */
export interface AcmeLives {
  readonly order: number;
  /** Of one that was not validated. */
  readonly authorization: number;
  /** Of one that was; 0 for never used again. */
  readonly validAuthorization: number;
  /** Of an account that never ordered anything. */
  readonly idleAccount: number;
}

export interface AcmeSettings {
  readonly policy: AcmePolicy;
  readonly eabRequired: boolean;
  /** Names that may be ordered; undefined for all. */
  readonly allow: NamePatterns | undefined;
  /** Names that may not, whatever `allow` says. */
  readonly deny: NamePatterns;
  /** Whether a user's approval of names holds for the renewals of their certificate. */
  readonly renewApproved: boolean;
  readonly limits: AcmeLimits;
  readonly lives: AcmeLives;
}

export const DEFAULT_LIMITS: AcmeLimits = {
  accountsPerAddressAndHour: 20,
  pendingOrdersPerAccount: 300,
  identifiersPerOrder: 100,
  failuresPerName: 10,
};

export const DEFAULT_LIVES: AcmeLives = {
  order: 7 * SECONDS_PER_DAY,
  authorization: 7 * SECONDS_PER_DAY,
  validAuthorization: 30 * SECONDS_PER_DAY,
  idleAccount: 90 * SECONDS_PER_DAY,
};

/** Whether names are validated by challenges. */
export function needsProof(policy: AcmePolicy): boolean {
  return policy !== "approval";
}

/** Whether a person decides. */
export function needsApproval(policy: AcmePolicy): boolean {
  return policy !== "challenge";
}
