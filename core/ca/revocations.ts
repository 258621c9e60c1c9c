/** Revoking: by the holder, by a user, by a bare serial number. */
import type { Certificate } from "../x509/certificate.ts";
import type { Issuers } from "./issuers.ts";
import type { CrlPublisher } from "./crl_publisher.ts";
import { crlLifeSpan } from "./lifecycle.ts";
import { requireHolder, type RevocationMessage } from "./messages.ts";
import type { CaStore } from "./stores.ts";
import type { Verification } from "./verification.ts";

/** What a revocation works on. */
export interface RevocationParts {
  readonly store: CaStore;
  readonly issuers: Issuers;
  readonly verification: Verification;
  readonly crls: CrlPublisher;
  /** L, in seconds. */
  readonly lifeSpan: number;
}

export class Revocations {
  constructor(private readonly parts: RevocationParts) {}

  /**
   * Carries a revocation out; resolves when it is stored and every current CRL lists it. Whether a user may send an unsigned
   * one is the caller's to decide.
   *
   * @throws `untrusted` when the certificate is not a valid one of this CA, or its holder did not sign; `already-revoked`
   */
  async revoke(message: RevocationMessage, now: number): Promise<void> {
    if ("serial" in message) return await this.#revokeSerial(message.serial, now);
    const { certificate } = message;
    await this.parts.verification.requireIssued(certificate, now);
    if (message.by === "holder") await requireHolder(message.message, certificate);
    await this.#revokeCertificate(certificate, now);
  }

  #revokeCertificate(certificate: Certificate, now: number): Promise<void> {
    return this.#record(certificate.serial, { lastNeeded: certificate.notAfter, now });
  }

  /** Nothing is known of the certificate but that no CA certificate of today can vouch for it longer than the newest lives. */
  async #revokeSerial(serial: bigint, now: number): Promise<void> {
    const issuers = await this.parts.issuers.ensureValid(now);
    const lastNeeded = Math.max(...issuers.map((issuer) => issuer.notAfter));
    await this.#record(serial, { lastNeeded, now });
  }

  async #record(serial: bigint, { lastNeeded, now }: { lastNeeded: number; now: number }): Promise<void> {
    const { store, crls, lifeSpan } = this.parts;
    const revocation = { serial, revocationDate: now, expirationDate: lastNeeded + crlLifeSpan(lifeSpan) };
    await crls.add(revocation, await store.revoke(revocation), now);
  }
}
