/** Accounts (RFC 8555 7.1.2): who orders certificates, known by a key. */
import type { NamePatterns } from "./name_pattern.ts";

/** `deactivated` by itself, `revoked` by a user of the CA. Neither ever changes again. */
export const ACCOUNT_STATUSES = ["valid", "deactivated", "revoked"] as const;
export type AccountStatus = typeof ACCOUNT_STATUSES[number];

/** Times are Unix seconds. */
export interface Account {
  /** 16 random bytes, base64url. */
  readonly id: string;
  /** The public key as canonical JSON (RFC 7638): its required members, in order, without blanks. */
  readonly jwk: string;
  /** RFC 7638 with SHA-256, base64url. No two accounts have the same. */
  readonly thumbprint: string;
  readonly status: AccountStatus;
  /** URLs, such as `mailto:`. */
  readonly contact: readonly string[];
  /** Id of the external account key that it was bound to. */
  readonly eabKey: string | undefined;
  /** Names it may order, as that key had them; undefined where the key, or its absence, does not narrow them. */
  readonly allow: NamePatterns | undefined;
  readonly createdAt: number;
  /** Numeric address that made it. */
  readonly address: string;
}

/** The account with another key. */
export function withKey(account: Account, key: Pick<Account, "jwk" | "thumbprint">): Account {
  const { jwk, thumbprint } = key;
  return { ...account, jwk, thumbprint };
}

/**
 * The account at its end; undefined when it had ended before.
 * @param status who ended it
 */
export function ended(account: Account, status: Exclude<AccountStatus, "valid">): Account | undefined {
  return account.status === "valid" ? { ...account, status } : undefined;
}
