/** From a request to a certificate: submitting, signing, rejecting, renewing. */
import { type Bytes, bytesToBigInt, equalBytes, utf8 } from "../bytes.ts";
import { CaucaseError } from "../errors.ts";
import { encodePem, PEM_LABEL } from "../pem.ts";
import { type Certificate, certificateFromPem } from "../x509/certificate.ts";
import { type CertificationRequest, csrFromPem, verifyCsr } from "../x509/csr.ts";
import { newSerial, signCertificate } from "../x509/tbs_certificate.ts";
import { checkNames } from "../profiles/leaf_filters.ts";
import { checkLeaf, type LeafOrder, prepareLeaf } from "../profiles/leaf_profile.ts";
import { checkKeyStrength, type PublicKey } from "../keys/public_key.ts";
import type { Issuers } from "./issuers.ts";
import { readRenewal, requireHolder } from "./messages.ts";
import type { IssuanceSettings } from "./settings.ts";
import { KeyedQueue } from "./single_flight.ts";
import type { CaStore, StoredRequest } from "./stores.ts";
import type { Verification } from "./verification.ts";

/** How a certificate comes about: a person approved it, nobody was asked, or it continues another. */
type Approval = "manual" | "automatic" | "renewal";

/**
 * Bytes of all pending requests together: the list of them is one text, with up to six characters for a byte, and anybody may send
 * requests with megabytes of text around.
 */
const MAX_PENDING_BYTES = 16 * 1024 * 1024;

/** What issuing works on. */
export interface IssuanceParts {
  readonly store: CaStore;
  readonly issuers: Issuers;
  readonly verification: Verification;
  readonly settings: IssuanceSettings;
}

export class Issuance {
  #autoSignAmount: Promise<number> | undefined;
  readonly #byId = new KeyedQueue<bigint>();
  readonly #byKey = new KeyedQueue<string>();

  private readonly store: CaStore;
  private readonly issuers: Issuers;
  private readonly verification: Verification;
  private readonly settings: IssuanceSettings;

  constructor(parts: IssuanceParts) {
    this.store = parts.store;
    this.issuers = parts.issuers;
    this.verification = parts.verification;
    this.settings = parts.settings;
  }

  /** How many of the first requests are signed without asking: what the database has frozen, else what was set. */
  settleAutoSignAmount(): Promise<number> {
    return this.#autoSignAmount ??= this.#readAutoSignAmount();
  }

  /**
   * Stores a request as it came, and signs it if it is among the first. The answer is its id.
   * @throws `malformed`, `unacceptable`, `untrusted` for what no certificate can be made from; also when it names nothing
   */
  async submit(csrPem: Bytes, now: number): Promise<bigint> {
    const csr = await acceptableCsr(csrPem);
    // Of this request alone: that of a renewal says no names, as those of the old certificate are taken.
    checkNames(csr);
    const autoSignAmount = await this.settleAutoSignAmount();
    // Signed before it is stored, so that no crash can use up the first user's turn. The count only grows: a no is final.
    const autoSigned = await this.store.receivedCount() < autoSignAmount ? await this.#autoSign(csr, now) : undefined;
    const { id } = await this.store.submit({
      id: this.#newId(),
      keyId: csr.publicKey.keyId,
      csr: csrPem,
      maxPending: this.settings.maxPending,
      maxPendingBytes: MAX_PENDING_BYTES,
      autoSignAmount,
      ...(autoSigned && { autoSigned }),
      now,
    });
    return id;
  }

  pending(): Promise<readonly StoredRequest[]> {
    return this.store.pending();
  }

  /** The bytes of a stored request. */
  async request(id: bigint, now: number): Promise<Bytes> {
    return (await this.#stored(id, now)).csr;
  }

  /**
   * The certificate issued for a request, PEM. Once `fetched`, and not just looked at, it is kept for less time; but not what is kept
   * for longer than others, see `#renewalKeptUntil`.
   */
  async certificate(id: bigint, now: number, fetched = true): Promise<string> {
    const { certificatePem, expirationDate } = await this.#stored(id, now);
    if (certificatePem === undefined) throw notFound(id);
    const { read, unread } = this.settings.retention;
    if (fetched && expirationDate !== undefined && expirationDate > now + read && expirationDate <= now + unread) {
      await this.store.expireEarlier(id, now + read);
    }
    return certificatePem;
  }

  /**
   * Signs a pending request. With a template, subject and extensions come from that.
   * @throws `not-found` when it is not pending (any more)
   */
  sign(id: bigint, templatePem: Bytes | undefined, now: number): Promise<void> {
    return this.#byId.run(id, async () => {
      const stored = await this.#stored(id, now);
      if (stored.certificatePem !== undefined) throw notFound(id);
      const csr = await csrFromPem(stored.csr);
      const template = templatePem === undefined ? csr : await verifiedCsr(templatePem);
      const issued = await this.#issue(template, { publicKey: csr.publicKey, approval: "manual", now });
      const signed = await this.store.sign(id, issued, now + this.settings.retention.unread);
      if (!signed) throw notFound(id);
    });
  }

  /** Removes a pending request. Throws `not-found` when it is not pending (any more). */
  async reject(id: bigint): Promise<void> {
    if (!(await this.store.reject(id))) throw notFound(id);
  }

  /**
   * A new certificate for the holder of a good one, from the body of `PUT crt/renew`; PEM. The same message again gets the same
   * certificate: it says no date, and whoever overheard it can send it for as long as the old certificate is good.
   */
  async renew(body: string, now: number): Promise<string> {
    const { certificate, csrPem, message } = await readRenewal(body);
    await this.verification.requireGood(certificate, now);
    await requireHolder(message, certificate);
    const csr = await acceptableCsr(utf8(csrPem));
    // Without the text around it: nobody asks for it byte for byte, and it can be megabytes, each time.
    const bytes = utf8(encodePem(PEM_LABEL.CSR, csr.der));
    return this.#byKey.run(csr.publicKey.keyId, async () => {
      const before = await this.#renewedBefore(certificate, { csr, bytes, now });
      if (before !== undefined) return before;
      const certificatePem = await this.#issue(certificate, { publicKey: csr.publicKey, approval: "renewal", now });
      const expirationDate = this.#renewalKeptUntil(certificate, now);
      const keyId = csr.publicKey.keyId;
      await this.store.addCertificate({
        id: this.#newId(),
        keyId,
        csr: bytes,
        certificatePem,
        expirationDate,
        now,
      });
      return certificatePem;
    });
  }

  /**
   * A renewal must be known for as long as the old certificate is good, and anybody can fetch it: who sends its request like any
   * other is told its id. So it is kept for so long that what `certificate` leaves of that is never too short.
   */
  #renewalKeptUntil(old: Certificate, now: number): number {
    const { read, unread } = this.settings.retention;
    return Math.max(now + unread, old.notAfter + unread - read);
  }

  /** What this renewal was answered with before: the same request, certified for the same subject. */
  async #renewedBefore(
    old: Certificate,
    { csr, bytes, now }: { csr: CertificationRequest; bytes: Bytes; now: number },
  ): Promise<string | undefined> {
    for (const { certificatePem } of await this.store.requestsLike(csr.publicKey.keyId, bytes, now)) {
      if (certificatePem === undefined) continue;
      const issued = await certificateFromPem(certificatePem);
      if (equalBytes(issued.subject, old.subject)) return certificatePem;
    }
    return undefined;
  }

  async #autoSign(csr: CertificationRequest, now: number) {
    const certificatePem = await this.#issue(csr, { publicKey: csr.publicKey, approval: "automatic", now });
    return { certificatePem, expirationDate: now + this.settings.retention.unread };
  }

  async #issue(
    request: LeafOrder["request"],
    { publicKey, approval, now }: { publicKey: PublicKey; approval: Approval; now: number },
  ): Promise<string> {
    const { certificate: issuer, signer } = await this.issuers.ensureSigning(now);
    const { lifeSpan, random, crlDistributionPoint } = this.settings;
    const order = {
      request,
      publicKey,
      issuer,
      now,
      lifeSpan,
      serial: newSerial(random),
      autoSigned: approval === "automatic",
      keepCaucasePolicies: approval === "renewal",
      crlDistributionPoint: crlDistributionPoint?.(issuer.keyIdentifier),
    };
    return encodePem(PEM_LABEL.CERTIFICATE, await signCertificate(checkLeaf(prepareLeaf(order), order), signer));
  }

  async #stored(id: bigint, now: number): Promise<StoredRequest> {
    const stored = await this.store.request(id, now);
    if (stored === undefined) throw notFound(id);
    return stored;
  }

  async #readAutoSignAmount(): Promise<number> {
    const { autoSignAmount, lockAutoSignAmount } = this.settings;
    if (lockAutoSignAmount) return await this.store.freezeAutoSignAmount(autoSignAmount);
    return await this.store.frozenAutoSignAmount() ?? autoSignAmount;
  }

  /** 63 random bits, as SQLite's signed integers hold them. */
  #newId(): bigint {
    return bytesToBigInt(this.settings.random(8)) >> 1n;
  }
}

/** A request that a certificate may be made from: whole, signed with its own key, and that key strong enough. */
async function acceptableCsr(pem: Bytes): Promise<CertificationRequest> {
  const csr = await csrFromPem(pem);
  checkKeyStrength(csr.publicKey);
  await verifyCsr(csr);
  return csr;
}

async function verifiedCsr(pem: Bytes): Promise<CertificationRequest> {
  const csr = await csrFromPem(pem);
  await verifyCsr(csr);
  return csr;
}

function notFound(id: bigint): CaucaseError {
  return new CaucaseError("not-found", `no request ${id} in the state that this needs`);
}
