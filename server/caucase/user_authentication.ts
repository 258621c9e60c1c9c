/**
 * Authenticates users. A user proves in the TLS handshake to hold the key of a certificate that a valid CA for users
 * issued, that is within its dates and not revoked. This is checked on every request, because any of that may end while
 * a connection lasts.
 */
import type { Actor } from "../../core/ca/actor.ts";
import type { Issuer } from "../../core/ca/issuer.ts";
import type { CertificateAuthority } from "../../core/ca/certificate_authority.ts";
import { CaucaseError } from "../../core/errors.ts";
import { type Certificate, parseCertificate } from "../../core/x509/certificate.ts";
import type { Exchange } from "../http/exchange.ts";

/** A certificate whose issuer's signature was checked: that cannot change while the connection lasts. */
interface Presented {
  readonly certificate: Certificate;
  readonly issuer: Issuer;
}

/** A user whose certificate is good. */
export interface User {
  readonly certificate: Certificate;
  readonly actor: Actor;
}

export class UserAuthentication {
  readonly #presented = new WeakMap<object, Presented | "stranger">();

  /** `users` is the CA for users. */
  constructor(private readonly users: CertificateAuthority) {}

  /** The user who sent `exchange`. Throws `unauthenticated`. */
  async require(exchange: Exchange, now: number): Promise<User> {
    const presented = await this.#presentedOn(exchange, now);
    const good = presented !== "stranger" &&
      await this.users.verification.isStillGood(presented.certificate, presented.issuer, now);
    if (!good) throw new CaucaseError("unauthenticated", "this needs the certificate of a user, over HTTPS");
    const { certificate, issuer } = presented;
    const { serial } = certificate;
    const address = exchange.remoteAddress;
    return { certificate, actor: { kind: "user", issuer: issuer.keyIdentifier, serial, address } };
  }

  async #presentedOn({ connection, clientCertificate }: Exchange, now: number): Promise<Presented | "stranger"> {
    if (clientCertificate === undefined) return "stranger";
    const known = this.#presented.get(connection);
    if (known !== undefined) return known;
    const presented = await this.#identify(clientCertificate, now);
    this.#presented.set(connection, presented);
    return presented;
  }

  async #identify(der: Uint8Array, now: number): Promise<Presented | "stranger"> {
    try {
      const certificate = await parseCertificate(der);
      const issuer = await this.users.issuers.issuerOf(certificate, now);
      return issuer === undefined ? "stranger" : { certificate, issuer };
    } catch (error) {
      // A certificate that cannot be read is not one of this CA.
      if (error instanceof CaucaseError && (error.code === "malformed" || error.code === "unacceptable")) {
        return "stranger";
      }
      throw error;
    }
  }
}
