/** The CA certificates and keys of one CA: reads them, makes the next one in time, knows which of them signs. */
import { CaucaseError } from "../errors.ts";
import { timeText } from "../log.ts";
import { isForHost } from "../profiles/ca_profile.ts";
import { signChain } from "../protocol/ca_chain.ts";
import { type Certificate, isIssuedBy } from "../x509/certificate.ts";
import { SERVER } from "./actor.ts";
import { DueWork } from "./due_work.ts";
import { issueCaCertificate, Issuer, openIssuer } from "./issuer.ts";
import { isNewIssuerDue, newest, newIssuerDueAt, signingIssuer, unexpired } from "./lifecycle.ts";
import type { IssuerSettings } from "./settings.ts";
import { SingleFlight } from "./single_flight.ts";
import type { CaStores, StoredIssuer } from "./stores.ts";

/** All that the store held, expired ones included, when it had this revision. */
interface Known {
  readonly revision: string;
  readonly issuers: readonly Issuer[];
}

export class Issuers {
  #known: Known | undefined;
  #chain: { readonly of: readonly Issuer[]; readonly json: string } | undefined;
  readonly #loading = new SingleFlight<Known>();
  readonly #making = new SingleFlight<void>();
  readonly #rollover: DueWork;

  constructor(private readonly stores: CaStores, private readonly settings: IssuerSettings) {
    this.#rollover = new DueWork((error) => settings.log.warning("ca.not_made", { ca: stores.name, error }));
  }

  /**
   * Those that have not expired, oldest first; never empty. Makes a new one first when one is due, once however many
   * ask at the same time, here and elsewhere. When that fails (a full disk), the old ones go on: they have half of
   * their life left.
   */
  async ensureValid(now: number): Promise<readonly Issuer[]> {
    const { issuers } = await this.#current();
    if (!isNewIssuerDue(this.#usable(issuers), now, this.settings.lifeSpan)) return unexpired(issuers, now);
    await this.#rollover.attempt(() => this.#making.run(() => this.#make(now)), {
      canWait: () => unexpired(this.#usable(issuers), now).length > 0,
      now,
    });
    return unexpired((await this.#current()).issuers, now);
  }

  /** The one that signs; makes one first as `ensureValid` does. */
  async ensureSigning(now: number): Promise<Issuer> {
    const signing = signingIssuer(this.#usable(await this.ensureValid(now)), now, this.settings.lifeSpan);
    if (signing === undefined) throw new Error(`${this.stores.name} has no CA certificate to sign with`);
    await this.stores.requireSigning(now);
    return signing;
  }

  /** The one that signs, of those that there are; undefined when all have expired. */
  async signing(now: number): Promise<Issuer | undefined> {
    return signingIssuer(this.#usable((await this.#current()).issuers), now, this.settings.lifeSpan);
  }

  /** All that the store holds, expired ones included, in the order in which they were added. */
  async all(): Promise<readonly Issuer[]> {
    return (await this.#current()).issuers;
  }

  /**
   * The one that issued `certificate`, of those that have not expired; undefined when none did. Says nothing of dates
   * or revocation. A CA's own certificate, though self-signed, does not count as issued: it identifies no user, and its
   * CRL cannot revoke it.
   */
  async issuerOf(certificate: Certificate, now: number): Promise<Issuer | undefined> {
    const valid = unexpired((await this.#current()).issuers, now);
    if (valid.some(({ signer }) => signer.publicKey.keyId === certificate.publicKey.keyId)) return undefined;
    for (const issuer of valid) {
      if (await isIssuedBy(certificate, issuer.certificate, this.settings.verify)) return issuer;
    }
    return undefined;
  }

  /** When the next CA certificate must be made. */
  async nextDueAt(now: number): Promise<number> {
    return newIssuerDueAt(this.#usable((await this.#current()).issuers), now, this.settings.lifeSpan);
  }

  /**
   * The chain from the oldest valid CA certificate to the newest, as JSON text: signed where that was not done before.
   */
  async ensureChainJson(now: number): Promise<string> {
    const valid = await this.ensureValid(now);
    if (this.#chain === undefined || !sameMembers(this.#chain.of, valid)) {
      this.#chain = { of: valid, json: await signChain(valid) };
    }
    return this.#chain.json;
  }

  /** Deletes those that expired before `before`, with their keys. */
  async drop(before: number, now: number): Promise<void> {
    const { issuers } = await this.#current();
    if (issuers.every((issuer) => issuer.notAfter >= before)) return;
    await this.stores.issuers.drop(before, { actor: SERVER, now });
  }

  /**
   * Those that may sign what this CA is to sign: once a server has another name, not the ones that are bound to the old
   * one.
   */
  #usable(issuers: readonly Issuer[]): readonly Issuer[] {
    const { onlyHost } = this.settings;
    if (onlyHost === undefined) return issuers;
    return issuers.filter(({ certificate }) => isForHost(certificate, onlyHost));
  }

  /** As the store has them now: read where it has changed, by us or by others. */
  async #current(): Promise<Known> {
    while (true) {
      const { issuers: revision } = await this.stores.state();
      if (this.#known?.revision === revision) return this.#known;
      await this.#loading.run(() => this.#load());
    }
  }

  /** One CA certificate is one object for good: what was opened before is kept. */
  async #load(): Promise<Known> {
    const { issuers: rows, revision } = await this.stores.issuers.list();
    const before = this.#known?.issuers ?? [];
    const issuers = await Promise.all(rows.map((row, index) => {
      return before.find(({ certificatePem }) => certificatePem === row.certificatePem) ?? this.#open(row, index);
    }));
    return this.#known = { revision, issuers };
  }

  async #open(row: StoredIssuer, index: number): Promise<Issuer> {
    const { name } = this.stores;
    try {
      const issuer = await openIssuer(row, this.settings);
      if (issuer.certificate.authorityKeyIdentifier === undefined) {
        this.settings.log.warning("ca.no_authority_key_identifier", { index: index + 1, ca: name });
      }
      return issuer;
    } catch (cause) {
      if (!(cause instanceof CaucaseError)) throw cause;
      const message = `CA certificate ${index + 1} of ${name} in the database: ${cause.message}`;
      throw new CaucaseError("storage", message, { cause, hint: "restore the newest backup" });
    }
  }

  /** Makes the next one, unless somebody else does at the same time: then theirs is the next one. */
  async #make(now: number): Promise<void> {
    const { issuers, revision } = await this.#current();
    const usable = this.#usable(issuers);
    if (!isNewIssuerDue(usable, now, this.settings.lifeSpan)) return;
    await this.stores.requireSigning(now);
    const { keys, keySpec, random } = this.settings;
    const { reference, key } = await keys.generate(keySpec);
    const { pem, notAfter, keyId } = await issueCaCertificate(this.#order(newest(usable), now), { key, random });
    const row = { notAfter, key: reference, certificatePem: pem, keyIdentifier: keyId };
    const isOurs = await this.stores.issuers.add(row, revision, { actor: SERVER, now });
    if (isOurs) this.settings.log.info("ca.made", { ca: this.stores.name, notAfter: timeText(notAfter) });
  }

  /** The first certificate is made from the settings, each one after it from the one before. */
  #order(predecessor: Issuer | undefined, now: number) {
    const { subject, onlyHost, lifeSpan, issuerLifeSpans } = this.settings;
    const basics = { now, lifeSpan: Math.floor(issuerLifeSpans * lifeSpan) };
    return predecessor === undefined
      ? { profile: "ca", ...basics, subject, onlyHost } as const
      : { profile: "ca-successor", ...basics, predecessor: predecessor.certificate } as const;
  }
}

function sameMembers<T>(a: readonly T[], b: readonly T[]): boolean {
  return a.length === b.length && a.every((member, index) => member === b[index]);
}
