/** What one certificate authority is told from outside. */
import type { Bytes, RandomSource } from "../bytes.ts";
import type { VerifySignature } from "../keys/verify_signature.ts";
import type { Log } from "../log.ts";
import type { KeySpec, KeyStore } from "./key_store.ts";

/** How a CA certifies itself. */
export interface IssuerSettings {
  /** Subject of its first certificate, DER; those that follow keep it. */
  readonly subject: Bytes;
  /** Where its keys live, and what new ones are. */
  readonly keys: KeyStore;
  readonly keySpec: KeySpec;
  /** Verifies the signatures on certificates. */
  readonly verify: VerifySignature;
  /** L, the life span of the certificates it issues, in seconds. */
  readonly lifeSpan: number;
  /** How long its own certificates live, in L. */
  readonly issuerLifeSpans: number;
  /** The one host it may certify: only the HTTP CA is bound so. */
  readonly onlyHost?: string;
  readonly random: RandomSource;
  readonly log: Log;
}

/** How a CA deals with requests. */
export interface IssuanceSettings {
  readonly lifeSpan: number;
  /** Verifies the signatures on requests and messages. */
  readonly verify: VerifySignature;
  readonly maxPending: number;
  /** How many of the first requests are signed without asking. */
  readonly autoSignAmount: number;
  /** Write `autoSignAmount` down for good, the first time. */
  readonly lockAutoSignAmount: boolean;
  /** How long a certificate is kept, in seconds: at first, and after it was fetched. */
  readonly retention: { readonly unread: number; readonly read: number };
  /** URI of the CRL for the CA certificate with this key identifier (hex); undefined where the profile has none. */
  readonly crlDistributionPoint?: (keyIdentifier: string) => string;
  readonly random: RandomSource;
}
