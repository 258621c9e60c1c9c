/** The author of an action: carried from the route that judged it to the row and the event that record it. */

export type Actor =
  /**
   * A person with a certificate of the CA for users: the key identifier of its issuer in hex, and its serial number.
   */
  | { readonly kind: "user"; readonly issuer: string; readonly serial: bigint }
  /** The holder of the certificate that a message names, who signed that message with its key. */
  | { readonly kind: "holder"; readonly serial: bigint }
  /** An ACME account, by its id. */
  | { readonly kind: "account"; readonly id: string }
  /** An unauthenticated caller, at this numeric address. */
  | { readonly kind: "anonymous"; readonly address: string }
  /** The server by itself: a rollover, a scheduled CRL, its own certificate. */
  | { readonly kind: "server" }
  /** Somebody with the database's file in hand: `caucase manage`. */
  | { readonly kind: "operator" };

export const SERVER: Actor = { kind: "server" };
export const OPERATOR: Actor = { kind: "operator" };
