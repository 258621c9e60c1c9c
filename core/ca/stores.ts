/**
 * What a certificate authority needs to have remembered, in its own words: one `CaStore` per CA. Every method that changes
 * something resolves only after the change is durable, and is atomic: whoever asks at the same time sees it whole or not at
 * all, and of several that exclude each other one wins. No method's cost grows with what is stored, except listings.
 *
 * Times are Unix seconds. Texts (PEM) are kept byte for byte.
 */
import type { Bytes } from "../bytes.ts";

/** The CA for users, the CA for services, and the private CA of the HTTPS listener. */
export type CaName = "cau" | "cas" | "http_cas";

/** A CA certificate with its private key, as PEM. */
export interface StoredIssuer {
  /** `notAfter` of the certificate. */
  readonly expirationDate: number;
  /** Unencrypted PKCS#1 or PKCS#8, PEM. */
  readonly keyPem: string;
  readonly certificatePem: string;
}

/** A request as it came, to be kept until somebody signs or rejects it. */
export interface NewRequest {
  /** 63 random bits, to be used if the request is new. */
  readonly id: bigint;
  /** Subject key identifier, lower-case hex. */
  readonly keyId: string;
  readonly csr: Bytes;
  /** How many requests may be pending; one more is refused. */
  readonly maxPending: number;
  /** How many bytes the pending requests may have together: they are listed as a whole. */
  readonly maxPendingBytes: number;
  /**
   * The certificate to store at once if this request is among the first `autoSignAmount` that the CA ever received. Absent
   * when the caller saw that it is not (the count only grows).
   */
  readonly autoSigned?: { readonly certificatePem: string; readonly expirationDate: number };
  readonly autoSignAmount: number;
  readonly now: number;
}

/** A certificate that is issued without having been pending: a renewal, or the server's own. */
export interface NewCertificate {
  readonly id: bigint;
  readonly keyId: string;
  readonly csr: Bytes;
  readonly certificatePem: string;
  /** When the row may be forgotten. */
  readonly expirationDate: number;
  readonly now: number;
}

/** A request and, once signed, its certificate. */
export interface StoredRequest {
  readonly id: bigint;
  readonly keyId: string;
  readonly csr: Bytes;
  /** PEM; undefined while pending. */
  readonly certificatePem: string | undefined;
  /** When the row may be forgotten; undefined while pending. */
  readonly expirationDate: number | undefined;
}

export interface Revocation {
  readonly serial: bigint;
  readonly revocationDate: number;
  /** When it may leave the list. */
  readonly expirationDate: number;
}

/** What the current CRL must say: its number and times name exactly one content. */
export interface CrlState {
  /** 0 when none was ever made. */
  readonly number: bigint;
  /** `thisUpdate` of the current list; undefined when none was ever made. */
  readonly lastUpdate: number | undefined;
}

export interface CrlContent extends CrlState {
  readonly revocations: readonly Revocation[];
}

export interface CaStore {
  readonly name: CaName;

  /** CA certificates and keys in the order they were added, expired ones included. */
  issuers(): Promise<readonly StoredIssuer[]>;
  addIssuer(issuer: StoredIssuer): Promise<void>;
  /** Forgets CA certificates whose `expirationDate` is before `before`, with their keys. */
  dropIssuers(before: number): Promise<void>;

  /**
   * Stores a request. The same bytes again answer the same id and count nothing. Removes rows whose time has passed.
   * @throws `duplicate-key` when this CA takes each key once (`cau`) and another request has it
   * @throws `too-many-pending`
   */
  submit(request: NewRequest): Promise<{ readonly id: bigint; readonly known: boolean }>;
  /** Rows whose time has passed at `now` are gone, whether removed yet or not. */
  request(id: bigint, now: number): Promise<StoredRequest | undefined>;
  /** Requests with exactly these bytes and this key: those to be forgotten first before the others, pending ones last. */
  requestsLike(keyId: string, csr: Bytes, now: number): Promise<readonly StoredRequest[]>;
  /** Pending requests, in the order of their ids. */
  pending(): Promise<readonly StoredRequest[]>;
  /** Gives a pending request its certificate. False when it is not pending (any more): somebody else was first. */
  sign(id: bigint, certificatePem: string, expirationDate: number): Promise<boolean>;
  /** Removes a pending request. False when it is not pending (any more). */
  reject(id: bigint): Promise<boolean>;
  /** Lets a certificate be forgotten earlier than agreed so far (it was fetched). Need not be durable. */
  expireEarlier(id: bigint, expirationDate: number): Promise<void>;
  /**
   * Stores a certificate with its request.
   * @throws `duplicate-key` as `submit` does, and when so many requests have this key that `requestsLike` might miss this one
   */
  addCertificate(certificate: NewCertificate): Promise<void>;
  /** How many requests were ever received through `submit`, re-sent ones not counted. */
  receivedCount(): Promise<number>;
  /** Writes the number of automatic signatures down the first time; answers what is written. */
  freezeAutoSignAmount(amount: number): Promise<number>;
  /** The number written down by `freezeAutoSignAmount`, ever. */
  frozenAutoSignAmount(): Promise<number | undefined>;

  /**
   * What the current CRL must say, all seen at one moment: its state, and the revocations, in the order they were made, that had
   * not expired at its `lastUpdate`. Serials no CRL can hold are left out.
   */
  crlContent(): Promise<CrlContent>;
  isRevoked(serial: bigint): Promise<boolean>;
  /**
   * Adds a revocation and one to the CRL number, together. The answer is the new number.
   * @throws `already-revoked`
   */
  revoke(revocation: Revocation): Promise<bigint>;
  /**
   * A scheduled renewal of the CRL: one more on the number, and a new `lastUpdate`, together. Revocations that expired before `dropBefore`
   * are deleted with it. The answer is the new state.
   */
  renewCrl(lastUpdate: number, dropBefore: number | undefined): Promise<CrlState>;
}

/** The three CAs of one server, in one place. */
export interface Storage {
  ca(name: CaName): CaStore;
  /** Finishes writes in flight and lets go. */
  close(): Promise<void>;
}
