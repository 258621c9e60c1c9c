/** The author of an action: carried from the route that judged it to the row and the event that record it. */

export type Actor =
  /**
   * A person with a certificate of the CA for users: the key identifier of its issuer in hex, and its serial number;
   * the numeric address that they came from, where it is known.
   */
  | { readonly kind: "user"; readonly issuer: string; readonly serial: bigint; readonly address?: string }
  /** The holder of the certificate that a message names, who signed it with its key; and where it came from. */
  | { readonly kind: "holder"; readonly serial: bigint; readonly address?: string }
  /** An ACME account, by its id. */
  | { readonly kind: "account"; readonly id: string }
  /** An unauthenticated caller, at this numeric address. */
  | { readonly kind: "anonymous"; readonly address: string }
  /** The server by itself: a rollover, a scheduled CRL, its own certificate. */
  | { readonly kind: "server" }
  /** Somebody with the database's file in hand: `caucase manage`. */
  | { readonly kind: "operator" };

/** The holder of the certificate `serial`, who sent a message from `address`. */
export function holderAt(serial: bigint, address: string | undefined): Actor {
  return { kind: "holder", serial, ...(address !== undefined && { address }) };
}

/** Where somebody came from; undefined where nobody knows. */
export function addressOf(actor: Actor): string | undefined {
  return "address" in actor ? actor.address : undefined;
}

export const SERVER: Actor = { kind: "server" };
export const OPERATOR: Actor = { kind: "operator" };
