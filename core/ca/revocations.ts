/** Revoking: by the holder, by a user, by a bare serial number. */
import type { VerifySignature } from "../keys/verify_signature.ts";
import { requireHolder } from "../protocol/envelope.ts";
import type { RevocationReason } from "../protocol/register.ts";
import type { RevocationMessage } from "../protocol/revocation.ts";
import type { Certificate } from "../x509/certificate.ts";
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
    if (message.by !== "holder") return await this.#record(lastingAs(certificate), by);
    await requireHolder(message.message, certificate, this.parts.verify);
    const actor = holderAt(certificate.serial, addressOf(by.actor));
    await this.#record(lastingAs(certificate), { ...by, actor });
  }

  /**
   * Revokes a certificate of this CA; that it may be revoked was the caller's to judge.
   * @throws `untrusted` when it is not a valid one of this CA; `already-revoked`
   */
  async revokeIssued(certificate: Certificate, by: Attribution, reason?: RevocationReason): Promise<void> {
    await this.parts.verification.requireIssued(certificate, by.now);
    await this.#record({ ...lastingAs(certificate), reason }, by);
  }

  /**
   * Nothing is known of the certificate but that no CA certificate of today can vouch for it longer than the newest
   * lives.
   */
  async #revokeSerial(serial: bigint, by: Attribution): Promise<void> {
    const issuers = await this.parts.issuers.ensureValid(by.now);
    await this.#record({ serial, lastNeeded: Math.max(...issuers.map((issuer) => issuer.notAfter)) }, by);
  }

  async #record({ serial, lastNeeded, reason }: Revoking, by: Attribution): Promise<void> {
    const { stores, crls, lifeSpan } = this.parts;
    await stores.requireSigning(by.now);
    const listedUntil = revocationListedUntil(lastNeeded, lifeSpan);
    const revocation = { serial, revocationDate: by.now, listedUntil, ...(reason && { reason }) };
    const number = await stores.revocations.revoke(revocation, by);
    await crls.publishRevocation(number, by.now);
  }
}

interface Revoking {
  readonly serial: bigint;
  /** Until when somebody may still ask, not counting the life of a CRL. */
  readonly lastNeeded: number;
  readonly reason?: RevocationReason | undefined;
}

function lastingAs({ serial, notAfter: lastNeeded }: Certificate): Revoking {
  return { serial, lastNeeded };
}
