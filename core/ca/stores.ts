/**
 * What a certificate authority needs to have remembered, in its own words: six narrow stores for each CA. Every method
 * that changes something resolves only after the change is durable, and is atomic: others see it whole or not at all,
 * together with the event that tells of it, and of several changes that exclude each other one wins. Where a change
 * rests on what the caller saw before, the caller says what that was, and nothing happens if it is no longer so. No
 * method's cost grows with what is stored, except listings.
 *
 * Several servers may use one store. What a process remembers of it is good for as long as `state()` says so.
 *
 * Times are Unix seconds. Texts (PEM) are kept byte for byte.
 */
import type { AcmeStore } from "../acme/stores.ts";
import type { Bytes } from "../bytes.ts";
import type { InstallationReport } from "../protocol/installation.ts";
import type { CrlEntries } from "../x509/crl_entries.ts";
import type { RevocationReason } from "../protocol/register.ts";
import type { Actor } from "./actor.ts";
import type { AcmeOrigin, Attribution, CaEvent, RefusedAction } from "./events.ts";
import type { IssuedRecord } from "./issued_record.ts";
import type { KeyReference } from "./key_store.ts";
import type { Installation, RegisteredCertificate, RegisterStore } from "./register.ts";

export type { Installation, IssuedRecord, RegisteredCertificate };

/** The CA for users, the CA for services, and the private CA of the HTTPS listener. */
export type CaName = (typeof CA_NAMES)[number];

export const CA_NAMES = ["cau", "cas", "http_cas"] as const;

/** A CA certificate, and where its private key is. */
export interface StoredIssuer {
  /** `notAfter` of the certificate. */
  readonly notAfter: number;
  readonly key: KeyReference;
  readonly certificatePem: string;
}

/** CA certificates as they were at one moment. */
export interface IssuerList {
  readonly issuers: readonly StoredIssuer[];
  /** Names this content: `state().issuers` is the same text for as long as it is the current one. */
  readonly revision: string;
}

export interface IssuerStore {
  /** In the order in which they were added, expired ones included. */
  list(): Promise<IssuerList>;
  /**
   * Adds a CA certificate, provided that the list is still the one of `revision`. False when it is not: another writer
   * was first.
   */
  add(issuer: StoredIssuer & { readonly keyIdentifier: string }, revision: string, by: Attribution): Promise<boolean>;
  /** Forgets CA certificates whose `notAfter` is before `before`, with their keys. */
  drop(before: number, by: Attribution): Promise<void>;
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
   * The certificate to store at once if this request is among the first `autoSignAmount` that the CA ever received.
   * Absent when the caller saw that it is not (the count only grows).
   */
  readonly autoSigned?: IssuedRecord;
  readonly autoSignAmount: number;
  readonly by: Attribution;
}

/** From whom a request came, and when. */
export interface Arrival extends Attribution {
  /** Of the ACME order that waits for it. */
  readonly origin?: AcmeOrigin | undefined;
}

/** A request and, once signed, its certificate. */
export interface StoredRequest {
  readonly id: bigint;
  readonly keyId: string;
  readonly csr: Bytes;
  /** PEM; undefined while pending. */
  readonly certificatePem: string | undefined;
  /** When the row may be forgotten; undefined while pending. */
  readonly keptUntil: number | undefined;
}

export interface RequestStore {
  /**
   * Stores a request. The same bytes again answer the same id and count nothing. Removes rows whose time has passed.
   * @throws `duplicate-key` when this CA takes each key once (`cau`) and another request has it
   * @throws `too-many-pending`
   */
  submit(request: NewRequest): Promise<{ readonly id: bigint; readonly known: boolean }>;
  /** Rows whose time has passed at `now` are gone, whether removed yet or not. */
  find(id: bigint, now: number): Promise<StoredRequest | undefined>;
  /**
   * Requests with exactly these bytes and this key: those to be forgotten first before the others, pending ones last.
   */
  findLike(keyId: string, csr: Bytes, now: number): Promise<readonly StoredRequest[]>;
  /** Pending requests, in the order of their ids. */
  pending(): Promise<readonly StoredRequest[]>;
  /** From whom and when pending requests came, by id; those that another program took are not in it. */
  arrivals(): Promise<ReadonlyMap<bigint, Arrival>>;
  /** Of one request, as in `arrivals()`. */
  arrival(id: bigint): Promise<Arrival | undefined>;
  /** Removes a pending request. False when it is not pending (any more). */
  reject(id: bigint, by: Attribution): Promise<boolean>;
  /** How many requests were ever received through `submit`, re-sent ones not counted. */
  receivedCount(): Promise<number>;
  /** Writes the number of automatic signatures down the first time; answers what is written. */
  freezeAutoSignAmount(amount: number): Promise<number>;
  /** The number written down by `freezeAutoSignAmount`, ever. */
  frozenAutoSignAmount(): Promise<number | undefined>;
}

/** A certificate that is issued without having been pending: a renewal, or the server's own. */
export interface NewCertificate extends IssuedRecord {
  readonly id: bigint;
  readonly csr: Bytes;
  /** How many requests `findLike` answered when the caller looked for this one. */
  readonly seenLike: number;
  readonly by: Attribution;
}

export interface CertificateStore {
  /** Gives a pending request its certificate. False when it is not pending (any more): somebody else was first. */
  complete(id: bigint, issued: IssuedRecord, by: Attribution): Promise<boolean>;
  /**
   * Stores a certificate with its request. False when there are other requests like it by now than the caller saw.
   * @throws `duplicate-key` as `submit` does, and when so many requests have this key that `findLike` might miss this
   *   one
   */
  add(certificate: NewCertificate): Promise<boolean>;
  /**
   * Lets a certificate be forgotten earlier than agreed so far (it was fetched). Nobody waits for it: it holds with the
   * next change at the latest, and a crash may lose it.
   */
  expireEarlier(id: bigint, keptUntil: number): void;
  /** From the register; undefined for one that this CA never issued, or that ended long ago. */
  registered(serial: bigint): Promise<RegisteredCertificate | undefined>;
  /**
   * Removes from the register what ended before `before`, a bounded number of rows, with what their holders told. How
   * many.
   */
  forgetEnded(before: number): Promise<number>;
}

export interface Revocation {
  readonly serial: bigint;
  readonly revocationDate: number;
  /** When it may leave the CRL. */
  readonly listedUntil: number;
  /** As whoever revokes gave it. */
  readonly reason?: RevocationReason;
}

export interface InstallationStore {
  /**
   * Keeps what a holder told of its certificate, if it is new and newer than what is kept: see `judgeReport()` in
   * installations.ts. What says the same again changes and writes nothing.
   * @throws `unacceptable` for an older report; `too-soon`
   */
  report(report: InstallationReport, by: Attribution): Promise<void>;
  /** Undefined where nothing was ever told of it. */
  find(serial: bigint): Promise<Installation | undefined>;
}

/** What the current CRL must say: its number and times name exactly one content. */
export interface CrlState {
  /** 0 when none was ever made. */
  readonly number: bigint;
  /** `thisUpdate` of the current CRL; undefined when none was ever made. */
  readonly thisUpdate: number | undefined;
}

/** What a CRL must say, or what it must say beyond what the caller has. */
export interface CrlContent extends CrlState {
  /** The revocations, in the order in which they were made: encoded as they were read, for there may be a million. */
  readonly entries: CrlEntries;
  /** Where to go on from, see `crlContent`. */
  readonly position: CrlPosition;
}

/** How far somebody has read the revocations. Opaque. */
export interface CrlPosition {
  readonly thisUpdate: number | undefined;
  readonly after: bigint;
}

export interface RevocationStore {
  /**
   * What the current CRL must say, all seen at one moment: its state, and the revocations that had not expired at its
   * `thisUpdate`. Serials no CRL can hold are left out. However many there are, nobody waits for more than a few
   * thousand of them to be read.
   */
  crlContent(): Promise<CrlContent>;
  /** As `crlContent`, with the revocations made after `since` only; undefined when one cannot go on from there. */
  crlContentSince(since: CrlPosition): Promise<CrlContent | undefined>;
  isRevoked(serial: bigint): Promise<boolean>;
  /**
   * Adds a revocation and one to the CRL number, together. The answer is the new number.
   * @throws `already-revoked`
   */
  revoke(revocation: Revocation, by: Attribution): Promise<bigint>;
  /**
   * A scheduled renewal of the CRL: one more on the number, and a new `thisUpdate`, together, provided that
   * `thisUpdate` is still what the caller saw. Revocations that expired before `dropBefore` are deleted with it. False
   * when somebody else was first.
   */
  renewCrl(renewal: CrlRenewal, by: Attribution): Promise<boolean>;
}

export interface CrlRenewal {
  readonly seen: number | undefined;
  readonly thisUpdate: number;
  readonly dropBefore: number | undefined;
}

/** Two equal texts mean: nothing of it has changed in between, even if others write to the store. */
export interface StoreState {
  /** Of the CA certificates. */
  readonly issuers: string;
  readonly crl: CrlState;
}

/** What a store has recorded for times after a given one. */
export interface LaterRecords {
  /** Of the earliest and of the latest of these. */
  readonly first: number;
  readonly last: number;
  /** Whether anything was recorded before the first of these was: for that time or before. */
  readonly hasBefore: boolean;
}

export interface CaStores {
  readonly name: CaName;
  readonly issuers: IssuerStore;
  readonly requests: RequestStore;
  readonly certificates: CertificateStore;
  readonly revocations: RevocationStore;
  readonly installations: InstallationStore;
  readonly register: RegisterStore;
  /** Cheap: asked on every use of what a process remembers. The same object for as long as nothing has changed. */
  state(): Promise<StoreState>;
  /**
   * Asked before something is signed that says when it was.
   * @throws `storage` when what is written would be kept nowhere; `clock-behind`, see `clockRefusal()` in
   *   store_rules.ts
   */
  requireSigning(now: number): Promise<void>;
}

/** An event as it was recorded. */
export interface RecordedEvent {
  /** Grows with time: one more than that of the event before, in all CAs of a store together. */
  readonly id: bigint;
  readonly ca: CaName;
  readonly now: number;
  readonly actor: Actor;
  readonly event: CaEvent;
}

/** The three CAs of one server, in one place. */
export interface Storage {
  ca(name: CaName): CaStores;
  /** What ACME remembers: its certificates are of `cas`. */
  readonly acme: AcmeStore;
  /** Events after the one with the id `after`, oldest first, at most `limit`. */
  events(after: bigint, limit: number): Promise<readonly RecordedEvent[]>;
  /** Records that a user was refused a change, which nothing else tells of. */
  recordRefused(ca: CaName, refused: RefusedAction, by: Attribution): Promise<void>;
  /** The id of the event that was recorded last; 0 when there is none. */
  newestEvent(): Promise<bigint>;
  /** Takes `now` for right from here on, although the store may have seen a later time. */
  acceptClock(by: Attribution): Promise<void>;
  /** Finishes writes in flight and lets go. */
  close(): Promise<void>;
}
