/** From a request to a certificate: submitting, signing, rejecting, renewing. */
import { type Bytes, equalBytes, utf8 } from "../bytes.ts";
import { CaucaseError } from "../errors.ts";
import { checkKeyStrength } from "../keys/public_key.ts";
import type { VerifySignature } from "../keys/verify_signature.ts";
import { encodePem, PEM_LABEL } from "../pem.ts";
import { requireHolder } from "../protocol/envelope.ts";
import { readRenewal } from "../protocol/renewal.ts";
import { type Certificate, certificateFromPem } from "../x509/certificate.ts";
import { type CertificationRequest, csrFromPem, verifyCsr } from "../x509/csr.ts";
import { holderAt, SERVER } from "./actor.ts";
import type { Attribution, Origin } from "./events.ts";
import type { IssuedCertificate } from "./issuer.ts";
import { checkNames } from "../profiles/leaf_filters.ts";
import type { Issuers } from "./issuers.ts";
import { contentFor, issueLeaf, MAX_PENDING_BYTES, newRequestId, type OrderedLeaf } from "./leaf_issuing.ts";
import type { Approval, OwnOrder, ReplacementOrder } from "./orders.ts";
import type { IssuanceSettings } from "./settings.ts";
import { KeyedQueue } from "./single_flight.ts";
import type { CaStores, IssuedRecord, StoredRequest } from "./stores.ts";
import type { Verification } from "./verification.ts";

/** What issuing works on. */
export interface IssuanceParts {
  readonly stores: CaStores;
  readonly issuers: Issuers;
  readonly verification: Verification;
  readonly settings: IssuanceSettings;
}

export class Issuance {
  readonly #byId = new KeyedQueue<bigint>();
  readonly #byKey = new KeyedQueue<string>();

  private readonly stores: CaStores;
  private readonly issuers: Issuers;
  private readonly verification: Verification;
  private readonly settings: IssuanceSettings;

  constructor(parts: IssuanceParts) {
    this.stores = parts.stores;
    this.issuers = parts.issuers;
    this.verification = parts.verification;
    this.settings = parts.settings;
  }

  /**
   * How many of the first requests are signed without asking: what the database has frozen, else what was set. Freezes
   * it where that is set.
   */
  async settleAutoSignAmount(): Promise<number> {
    const { autoSignAmount, lockAutoSignAmount } = this.settings;
    const { requests } = this.stores;
    return await requests.frozenAutoSignAmount() ??
      (lockAutoSignAmount ? await requests.freezeAutoSignAmount(autoSignAmount) : autoSignAmount);
  }

  /** Whether no request was ever received, and the first one will be signed without asking. */
  async awaitsFirstRequest(): Promise<boolean> {
    return await this.stores.requests.receivedCount() === 0 && await this.settleAutoSignAmount() > 0;
  }

  /**
   * Stores a request as it came, and signs it if it is among the first. The answer is its id.
   * @throws `malformed`, `unacceptable`, `untrusted` for what no certificate can be made from; also when it names
   *   nothing
   */
  async submit(csrPem: Bytes, by: Attribution): Promise<bigint> {
    const csr = await acceptableCsr(csrPem, this.settings.verify);
    // Of this request alone: that of a renewal says no names, as those of the old certificate are taken.
    checkNames(csr);
    const { requests } = this.stores;
    const autoSignAmount = await this.settleAutoSignAmount();
    // Signed before it is stored, so that no crash can use up the first user's turn. The count only grows: a no is
    // final.
    const autoSigned = await requests.receivedCount() < autoSignAmount ? await this.#autoSign(csr, by.now) : undefined;
    const { id } = await requests.submit({
      id: this.#newId(),
      keyId: csr.publicKey.keyId,
      csr: csrPem,
      maxPending: this.settings.maxPending,
      maxPendingBytes: MAX_PENDING_BYTES,
      autoSignAmount,
      ...(autoSigned && { autoSigned }),
      by,
    });
    return id;
  }

  pending(): Promise<readonly StoredRequest[]> {
    return this.stores.requests.pending();
  }

  /** The bytes of a stored request. */
  async request(id: bigint, now: number): Promise<Bytes> {
    return (await this.#stored(id, now)).csr;
  }

  /** The certificate issued for a request, PEM. */
  async certificate(id: bigint, now: number): Promise<string> {
    return (await this.#certified(id, now)).certificatePem;
  }

  /**
   * As `certificate`, for a caller that fetches it: from then on it is kept for less time, unless it must be kept
   * longer than others, see `#renewalKeptUntil`.
   */
  async fetchCertificate(id: bigint, now: number): Promise<string> {
    const { certificatePem, keptUntil } = await this.#certified(id, now);
    const { read, unread } = this.settings.retention;
    if (keptUntil !== undefined && keptUntil > now + read && keptUntil <= now + unread) {
      this.stores.certificates.expireEarlier(id, now + read);
    }
    return certificatePem;
  }

  /**
   * Signs a pending request. With a template, subject and extensions come from that.
   * @throws `not-found` when it is not pending (any more)
   */
  approve(id: bigint, { template: templatePem, ...by }: Approval): Promise<void> {
    return this.#byId.run(id, async () => {
      const stored = await this.#stored(id, by.now);
      if (stored.certificatePem !== undefined) throw notFound(id);
      const csr = await csrFromPem(stored.csr);
      const origin = (await this.stores.requests.arrival(id))?.origin ?? APPROVED;
      const template = templatePem === undefined ? undefined : await csrFromPem(templatePem);
      if (template !== undefined) await verifyCsr(template, this.settings.verify);
      const content = template ?? contentFor(csr, origin);
      const certificate = await this.#issue({ content, publicKey: csr.publicKey, origin, now: by.now });
      const keptUntil = by.now + this.settings.retention.unread;
      const issued = { certificate, origin, keptUntil };
      if (!await this.stores.certificates.complete(id, issued, by)) throw notFound(id);
    });
  }

  /** Removes a pending request. Throws `not-found` when it is not pending (any more). */
  async reject(id: bigint, by: Attribution): Promise<void> {
    if (!(await this.stores.requests.reject(id, by))) throw notFound(id);
  }

  /**
   * A new certificate for the holder of a good one, from the body of `PUT crt/renew`; PEM. The same message again gets
   * the same certificate: it contains no date, and an eavesdropper can send it for as long as the old certificate is
   * good. `address` is where the message came from.
   */
  async renew(body: string, now: number, address?: string): Promise<string> {
    const { certificate, csrPem, message } = await readRenewal(body);
    await this.verification.requireGood(certificate, now);
    await requireHolder(message, certificate, this.settings.verify);
    const csr = await acceptableCsr(utf8(csrPem), this.settings.verify);
    // Without the text around it: nobody asks for it byte for byte, and it can be megabytes, each time.
    const bytes = utf8(encodePem(PEM_LABEL.CSR, csr.der));
    const by: Attribution = { actor: holderAt(certificate.serial, address), now };
    return this.#byKey.run(csr.publicKey.keyId, () => this.#renewOnce(certificate, { csr, bytes, by }));
  }

  /**
   * The certificate for a holder who lost the key of `old`, or gives it up: with `content`, and another key. Whether
   * that is right, and the revocation of `old`, are the caller's.
   */
  async replace(old: Certificate, { csr, bytes, content, by }: ReplacementOrder): Promise<IssuedCertificate> {
    const origin = { kind: "restore", of: old.serial } as const;
    // Where there is one that signs it does, however old: a restored database changes no more than it must.
    const issuer = await this.issuers.signing(by.now) ?? await this.issuers.ensureSigning(by.now);
    const certificate = await this.#issue({ content, publicKey: csr.publicKey, origin, now: by.now, issuer });
    const keptUntil = by.now + this.settings.retention.unread;
    await this.#addNew({ certificate, origin, keptUntil }, { csr: bytes, by });
    return certificate;
  }

  /** A certificate for the server's own HTTPS listener, recorded before anybody sees it. */
  async issueOwn({ host, publicKey, csr, issuer, now }: OwnOrder): Promise<IssuedCertificate> {
    const { lifeSpan, retention } = this.settings;
    const certificate = await issuer.issue({ profile: "https", host, publicKey, now, lifeSpan });
    const record = { certificate, origin: OWN, keptUntil: now + retention.unread };
    await this.#addNew(record, { csr, by: { actor: SERVER, now } });
    return certificate;
  }

  /**
   * A renewal must be known for as long as the old certificate is good, so that the same message gets the same
   * certificate. Fetching shortens what is kept to `now + read` (see `fetchCertificate`), and anybody can fetch it:
   * hence the margin of `unread - read`.
   */
  #renewalKeptUntil(old: Certificate, now: number): number {
    const { read, unread } = this.settings.retention;
    return Math.max(now + unread, old.notAfter + unread - read);
  }

  /** Again from the beginning where somebody else stored a request like it meanwhile: perhaps this very renewal. */
  async #renewOnce(
    old: Certificate,
    { csr, bytes, by }: { readonly csr: CertificationRequest; readonly bytes: Bytes; readonly by: Attribution },
  ): Promise<string> {
    const origin = { kind: "renewal", of: old.serial } as const;
    while (true) {
      const like = await this.stores.requests.findLike(csr.publicKey.keyId, bytes, by.now);
      const before = await certifiedFor(old.subject, like);
      if (before !== undefined) return before;
      const certificate = await this.#issue({ content: old, publicKey: csr.publicKey, origin, now: by.now });
      const record = { certificate, origin, keptUntil: this.#renewalKeptUntil(old, by.now) };
      if (await this.#add(record, { csr: bytes, seenLike: like.length, by })) return certificate.pem;
    }
  }

  /** For a key that nobody had before. */
  async #addNew(record: IssuedRecord, rest: { readonly csr: Bytes; readonly by: Attribution }): Promise<void> {
    if (await this.#add(record, { ...rest, seenLike: 0 })) return;
    throw new CaucaseError("duplicate-key", `the key ${record.certificate.keyId} is known already`);
  }

  #add(
    record: IssuedRecord,
    rest: { readonly csr: Bytes; readonly seenLike: number; readonly by: Attribution },
  ): Promise<boolean> {
    return this.stores.certificates.add({ id: this.#newId(), ...record, ...rest });
  }

  async #autoSign(csr: CertificationRequest, now: number): Promise<IssuedRecord> {
    const certificate = await this.#issue({ content: csr, publicKey: csr.publicKey, origin: AUTOMATIC, now });
    return { certificate, origin: AUTOMATIC, keptUntil: now + this.settings.retention.unread };
  }

  #issue(order: OrderedLeaf): Promise<IssuedCertificate> {
    return issueLeaf(order, { issuers: this.issuers, settings: this.settings });
  }

  async #certified(id: bigint, now: number): Promise<StoredRequest & { readonly certificatePem: string }> {
    const { certificatePem, ...stored } = await this.#stored(id, now);
    if (certificatePem === undefined) throw notFound(id);
    return { ...stored, certificatePem };
  }

  async #stored(id: bigint, now: number): Promise<StoredRequest> {
    const stored = await this.stores.requests.find(id, now);
    if (stored === undefined) throw notFound(id);
    return stored;
  }

  #newId(): bigint {
    return newRequestId(this.settings.random);
  }
}

const AUTOMATIC: Origin = { kind: "automatic" };
const APPROVED: Origin = { kind: "approved" };
const OWN: Origin = { kind: "server" };

/** The certificate for that subject among requests, PEM. */
async function certifiedFor(subject: Uint8Array, requests: readonly StoredRequest[]): Promise<string | undefined> {
  for (const { certificatePem } of requests) {
    if (certificatePem === undefined) continue;
    const issued = await certificateFromPem(certificatePem);
    if (equalBytes(issued.subject, subject)) return certificatePem;
  }
  return undefined;
}

/** A request that a certificate may be made from: whole, signed with its own key, and that key strong enough. */
async function acceptableCsr(pem: Bytes, verify: VerifySignature): Promise<CertificationRequest> {
  const csr = await csrFromPem(pem);
  checkKeyStrength(csr.publicKey);
  await verifyCsr(csr, verify);
  return csr;
}

function notFound(id: bigint): CaucaseError {
  return new CaucaseError("not-found", `no request ${id} in the state that this needs`);
}
