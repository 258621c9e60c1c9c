/**
 * What happened at a CA, as values. A store makes the event of each change that it carries out and writes it in the
 * same transaction, so that neither is ever there without the other. What tells people about it reads events later:
 * nothing that issues or revokes calls a reader.
 */
import type { Actor } from "./actor.ts";

/** The author of an action, and its time (Unix seconds). */
export interface Attribution {
  readonly actor: Actor;
  readonly now: number;
}

export interface AcmeOrigin {
  readonly kind: "acme";
  readonly account: string;
  readonly order: string;
  readonly of?: bigint | undefined;
}

/** Serial number of the certificate that one of this origin takes the place of. */
export function predecessorOf(origin: Origin): bigint | undefined {
  return "of" in origin ? origin.of : undefined;
}

/** How a certificate came about. */
export type Origin =
  /** Among the first that a CA signs without asking anybody. */
  | { readonly kind: "automatic" }
  /** A user approved the request. */
  | { readonly kind: "approved" }
  /** It continues the certificate with this serial number, with a new key. */
  | { readonly kind: "renewal"; readonly of: bigint }
  /** It replaces the certificate whose key restored a backup. */
  | { readonly kind: "restore"; readonly of: bigint }
  /**
   * An ACME account ordered it, by the id of its order. The actor is the account, or the user who approved it. `of` is
   * the serial number of the certificate that it continues, where there is one.
   */
  | AcmeOrigin
  /** The server's own: for its HTTPS listener. */
  | { readonly kind: "server" }
  /** Another program issued it: it was in the database when this one looked. */
  | { readonly kind: "found" };

/** Serial numbers and ids are exact; key identifiers are lower-case hex; times are Unix seconds. */
export type CaEvent =
  | { readonly kind: "requested"; readonly id: bigint; readonly key: string }
  | { readonly kind: "rejected"; readonly id: bigint }
  | {
    readonly kind: "issued";
    readonly serial: bigint;
    readonly issuer: string;
    /** Of the request. */
    readonly id: bigint;
    readonly origin: Origin;
    readonly notAfter: number;
  }
  /** `crlNumber` is that of the CRLs which list it first. */
  | { readonly kind: "revoked"; readonly serial: bigint; readonly crlNumber: bigint }
  /** Its holder told for the first time that this certificate is installed. */
  | { readonly kind: "installed"; readonly serial: bigint }
  /** The holder's hook fails since that time, by the host's clock; it did not when the holder told of it before. */
  | { readonly kind: "hook-failing"; readonly serial: bigint; readonly since: number }
  /** The hook that failed does not fail any more. */
  | { readonly kind: "hook-recovered"; readonly serial: bigint }
  /** A scheduled renewal of the CRLs. */
  | { readonly kind: "crl-renewed"; readonly crlNumber: bigint; readonly thisUpdate: number }
  | { readonly kind: "issuer-added"; readonly issuer: string; readonly notAfter: number; readonly imported: boolean }
  /** CA certificates that expired before this time, deleted with their keys. */
  | { readonly kind: "issuers-dropped"; readonly before: number }
  | { readonly kind: "crl-imported"; readonly crlNumber: bigint; readonly added: number; readonly known: number }
  /** A user gave somebody a key to make ACME accounts with, took one back, or ended an account: ids. */
  | { readonly kind: "eab-key-added"; readonly eabKey: string; readonly name: string }
  | { readonly kind: "eab-key-revoked"; readonly eabKey: string }
  | { readonly kind: "account-revoked"; readonly account: string }
  /** Somebody said that the clock is right, although later times were recorded. */
  | { readonly kind: "clock-accepted" }
  /** Somebody said that the database is an older one: from here on the CRL number is this one. */
  | { readonly kind: "crl-number-raised"; readonly crlNumber: bigint }
  /** Somebody let the next request be signed without asking: the first so many of all are, and no more, for good. */
  | { readonly kind: "admission-opened"; readonly amount: number }
  | RefusedAction
  /** The database was made from a backup. */
  | { readonly kind: "restored" };

/** A user asked for a change, and it was refused: nothing changed. */
export interface RefusedAction {
  readonly kind: "refused";
  /** Of the route: `sign`. */
  readonly action: string;
  /** The path that was asked for, without its query. */
  readonly object: string;
  /** Of the error, see `ErrorCode`. */
  readonly code: string;
  /** What the user was told; cut, as the path is. */
  readonly reason: string;
  /** How many more of this user were not recorded, as they were too many, since the one before. */
  readonly omitted: number;
}

/** Takes the event of a change, within the transaction that makes the change. */
export type RecordEvent = (event: CaEvent, by: Attribution) => void;
