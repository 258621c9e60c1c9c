/** What a CA is asked to issue, besides requests that come from outside. */
import type { Bytes } from "../bytes.ts";
import type { PublicKey } from "../keys/public_key.ts";
import type { RequestedContent } from "../profiles/leaf_filters.ts";
import type { CertificationRequest } from "../x509/csr.ts";
import type { Attribution } from "./events.ts";
import type { Issuer } from "./issuer.ts";

/** Somebody's decision to sign a request. */
export interface Approval extends Attribution {
  /** A request, PEM, from which subject and extensions come instead. */
  readonly template?: Bytes | undefined;
}

/** A certificate in the place of another. */
export interface ReplacementOrder {
  /** A request with the new key, and as it was read: what the database keeps. */
  readonly csr: CertificationRequest;
  readonly bytes: Bytes;
  /** What the new certificate says. */
  readonly content: RequestedContent;
  readonly by: Attribution;
}

/** A certificate of the server itself. */
export interface OwnOrder {
  /** DNS name or address of the HTTPS listener. */
  readonly host: string;
  readonly publicKey: PublicKey;
  /** A request for the key, PEM: what the database keeps. */
  readonly csr: Bytes;
  /**
   * From `ensureSigning()`, asked before the key was made: that may take a minute, in which others record later times.
   */
  readonly issuer: Issuer;
  readonly now: number;
}
