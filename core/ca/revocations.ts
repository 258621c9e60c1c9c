/** Revoking: by the holder, by a user, by a bare serial number. */
import type { VerifySignature } from "../keys/verify_signature.ts";
import { requireHolder } from "../protocol/envelope.ts";
import type { RevocationMessage } from "../protocol/revocation.ts";
import { addressOf, holderAt } from "./actor.ts";
import type { Attribution } from "./events.ts";
import type { Issuers } from "./issuers.ts";
import type { CrlPublisher } from "./crl_publisher.ts";
import { revocationListedUntil } from "./lifecycle.ts";
import type { CaStores } from "./stores.ts";
import type { Verification } from "./verification.ts";

/** What a revocation works on. */
export interface RevocationParts {
  readonly stores: CaStores;
  readonly issuers: Issuers;
  readonly verification: Verification;
  readonly crls: CrlPublisher;
  /** Verifies what holders signed. */
  readonly verify: VerifySignature;
  /** L, in seconds. */
  readonly lifeSpan: number;
}

export class Revocations {
  constructor(private readonly parts: RevocationParts) {}

  /**
   * Carries a revocation out; resolves when it is stored and every current CRL lists it. Whether a user may send an
   * unsigned one is the caller's to decide.
   *
   * @throws `untrusted` when the certificate is not a valid one of this CA, or its holder did not sign;
   *   `already-revoked`
   */
  async revoke(message: RevocationMessage, by: Attribution): Promise<void> {
    if ("serial" in message) return await this.#revokeSerial(message.serial, by);
    const { certificate } = message;
    await this.parts.verification.requireIssued(certificate, by.now);
    if (message.by !== "holder") return await this.#record(certificate.serial, certificate.notAfter, by);
    await requireHolder(message.message, certificate, this.parts.verify);
    const actor = holderAt(certificate.serial, addressOf(by.actor));
    await this.#record(certificate.serial, certificate.notAfter, { ...by, actor });
  }

  /**
   * Nothing is known of the certificate but that no CA certificate of today can vouch for it longer than the newest
   * lives.
   */
  async #revokeSerial(serial: bigint, by: Attribution): Promise<void> {
    const issuers = await this.parts.issuers.ensureValid(by.now);
    await this.#record(serial, Math.max(...issuers.map((issuer) => issuer.notAfter)), by);
  }

  /** @param lastNeeded until when somebody may still ask, not counting the life of a CRL */
  async #record(serial: bigint, lastNeeded: number, by: Attribution): Promise<void> {
    const { stores, crls, lifeSpan } = this.parts;
    await stores.requireSigning(by.now);
    const listedUntil = revocationListedUntil(lastNeeded, lifeSpan);
    const number = await stores.revocations.revoke({ serial, revocationDate: by.now, listedUntil }, by);
    await crls.publishRevocation(number, by.now);
  }
}
