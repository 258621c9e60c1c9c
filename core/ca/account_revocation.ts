/** Revoking as ACME has it (RFC 8555 7.6): by an account, or with the certificate's own key. */
import type { Account } from "../acme/account.ts";
import type { Identifier } from "../acme/identifier.ts";
import { thumbprintOfKey } from "../acme/json_web_key.ts";
import { identifiersOf } from "../acme/order_csr.ts";
import { AcmeProblem } from "../acme/problem.ts";
import type { AcmeStore } from "../acme/stores.ts";
import { CaucaseError } from "../errors.ts";
import type { RevocationReason } from "../protocol/register.ts";
import type { Certificate } from "../x509/certificate.ts";
import type { Attribution } from "./events.ts";
import type { Revocations } from "./revocations.ts";
import type { CaStores } from "./stores.ts";

export interface AccountRevocationParts {
  readonly acme: AcmeStore;
  /** Of CAS. */
  readonly stores: CaStores;
  readonly revocations: Revocations;
}

export interface WantedRevocation {
  readonly certificate: Certificate;
  readonly reason?: RevocationReason | undefined;
  readonly now: number;
}

/** @throws `AcmeProblem` `unauthorized`, `alreadyRevoked` */
export class AccountRevocation {
  constructor(private readonly parts: AccountRevocationParts) {}

  /** For the account that ordered it, or one that has valid authorizations for all its names. */
  async byAccount(account: Account, wanted: WantedRevocation): Promise<void> {
    const { certificate, now } = wanted;
    if (!await this.#ordered(account, certificate) && !await this.#isAuthorized(account, certificate, now)) {
      throw new AcmeProblem("unauthorized", "the account neither ordered this certificate nor holds all its names");
    }
    await this.#revoke(wanted, { actor: { kind: "account", id: account.id }, now });
  }

  /** @param thumbprint of the key that signed the request */
  async byKey(thumbprint: string, wanted: WantedRevocation): Promise<void> {
    const { certificate, now } = wanted;
    if (thumbprintOfKey(certificate.publicKey.spki) !== thumbprint) {
      throw new AcmeProblem("unauthorized", "this is not the key of the certificate");
    }
    await this.#revoke(wanted, { actor: { kind: "holder", serial: certificate.serial }, now });
  }

  async #ordered({ id }: Account, { serial }: Certificate): Promise<boolean> {
    const origin = (await this.parts.stores.certificates.registered(serial))?.origin;
    return origin?.kind === "acme" && origin.account === id;
  }

  async #isAuthorized({ id }: Account, certificate: Certificate, now: number): Promise<boolean> {
    const identifiers = orderable(certificate);
    return identifiers.length > 0 && await this.parts.acme.orders.isAuthorized(id, identifiers, now);
  }

  async #revoke({ certificate, reason }: WantedRevocation, by: Attribution): Promise<void> {
    try {
      await this.parts.revocations.revokeIssued(certificate, by, reason);
    } catch (error) {
      if (!(error instanceof CaucaseError)) throw error;
      if (error.code === "already-revoked") throw new AcmeProblem("alreadyRevoked", error.message, { cause: error });
      if (error.code === "untrusted") throw new AcmeProblem("unauthorized", error.message, { cause: error });
      throw error;
    }
  }
}

/** None for a certificate with a name that no account can hold. */
function orderable(certificate: Certificate): readonly Identifier[] {
  try {
    return identifiersOf(certificate);
  } catch (error) {
    if (error instanceof CaucaseError) return [];
    throw error;
  }
}
