/**
 * Keeps the current CRL of every CA certificate, ready to be read.
 *
 * One CRL number names one content for good: number, `thisUpdate` and entries are a function of what the store committed, and
 * the store changes the number together with anything that changes the content. A number that was overtaken before it was signed is
 * never published. Entries are encoded once; a new revocation costs one signature for each valid CA certificate.
 */
import { encodePem, PEM_LABEL } from "../pem.ts";
import { buildCrl, CrlEntries } from "../x509/crl_builder.ts";
import { type Bytes, utf8 } from "../bytes.ts";
import { BACK_DATE } from "../x509/tbs_certificate.ts";
import type { Issuer, Issuers } from "./issuers.ts";
import { DueWork } from "./due_work.ts";
import { crlNextUpdate, crlRenewalDueAt, deletableBefore, isCrlRenewalDue } from "./lifecycle.ts";
import type { Warn } from "./settings.ts";
import { SingleFlight } from "./single_flight.ts";
import type { CaStore, Revocation } from "./stores.ts";

/** A signed CRL in both forms. */
export interface PublishedCrl {
  /** The CA's key identifier, hex. */
  readonly keyIdentifier: string;
  readonly number: bigint;
  readonly thisUpdate: number;
  readonly nextUpdate: number;
  /** Whoever got a copy at this moment or later has this content; a copy from before may have another. */
  readonly modifiedAt: number;
  /** When the scheduled renewal replaces it, if no revocation does before. */
  readonly renewalDueAt: number;
  readonly der: Bytes;
  /** PEM, ASCII bytes; made when first asked for, then the same for all who ask: a list may be megabytes long. */
  pem(): Bytes;
}

/** What the next CRLs will say: what the store committed, with its entries encoded. */
interface Content {
  readonly number: bigint;
  /** Undefined until the first CRL was ever made. */
  readonly lastUpdate: number | undefined;
  readonly modifiedAt: number;
  /** Grows in place: only good together with `number` as long as nothing is awaited in between. */
  readonly entries: CrlEntries;
}

export class CrlPublisher {
  #content: Content | undefined;
  /** By the CA certificate they belong to; all have the same number. */
  #published: ReadonlyMap<Issuer, PublishedCrl> = new Map();
  readonly #loading = new SingleFlight<Content>();
  readonly #renewing = new SingleFlight<void>();
  readonly #signing = new SingleFlight<void>();
  readonly #renewal: DueWork;

  constructor(
    private readonly store: CaStore,
    private readonly issuers: Issuers,
    private readonly settings: { readonly lifeSpan: number; readonly warn: Warn },
  ) {
    this.#renewal = new DueWork(`the scheduled renewal of the CRL of ${store.name}`, settings.warn);
  }

  /** The current CRL of every valid CA certificate, oldest CA first. Does not wait for a signature that is under way. */
  async ensureCurrent(now: number): Promise<readonly PublishedCrl[]> {
    await this.#renewIfDue(now);
    // Again after each signature: it may have been under way for somebody else, before there was a new CA certificate.
    while (true) {
      const valid = await this.issuers.ensureValid(now);
      const crls = valid.flatMap((issuer) => this.#published.get(issuer) ?? []);
      const complete = crls.length === valid.length;
      if (complete && (this.#signing.busy || !this.#isBehind())) return crls;
      await this.#publish(now);
    }
  }

  /** Takes a committed revocation over into the CRLs; resolves when they are signed and served. */
  async add(revocation: Revocation, number: bigint, now: number): Promise<void> {
    this.#append(revocation, number);
    await this.#renewIfDue(now);
    while (this.#publishedNumber() < number) {
      // Read just before the revocation was committed: read again.
      if (this.#content !== undefined && this.#content.number < number) this.#content = undefined;
      await this.#publish(now);
    }
  }

  /** When the next scheduled renewal is due. */
  async nextDueAt(now: number): Promise<number> {
    const { lastUpdate } = await this.#loaded();
    return lastUpdate === undefined ? now : crlRenewalDueAt(lastUpdate, this.settings.lifeSpan);
  }

  /** Entries are only continued where no number lies between; else the next use reads them anew. */
  #append(revocation: Revocation, number: bigint): void {
    const content = this.#content;
    if (content === undefined || number <= content.number) return;
    if (number > content.number + 1n) {
      this.#content = undefined;
      return;
    }
    content.entries.append(revocation.serial, revocation.revocationDate);
    const modifiedAt = Math.max(content.modifiedAt, revocation.revocationDate) + 1;
    this.#content = { ...content, number, modifiedAt };
  }

  async #renewIfDue(now: number): Promise<void> {
    const { lastUpdate } = await this.#loaded();
    if (!isCrlRenewalDue(lastUpdate, now, this.settings.lifeSpan)) return;
    // The CRL that there is has half of its time left: a full disk is no reason to withhold it.
    await this.#renewal.attempt(() => this.#renewing.run(() => this.#renew(now)), {
      canWait: () => lastUpdate !== undefined && now < crlNextUpdate(lastUpdate, this.settings.lifeSpan),
      now,
    });
  }

  async #renew(now: number): Promise<void> {
    const { lastUpdate } = await this.#loaded();
    if (!isCrlRenewalDue(lastUpdate, now, this.settings.lifeSpan)) return;
    const deletable = deletableBefore(lastUpdate, now, this.settings.lifeSpan);
    await this.store.renewCrl(now - BACK_DATE, deletable);
    this.#content = undefined;
    if (deletable !== undefined) await this.issuers.drop(deletable);
    await this.#publish(now);
  }

  async #loaded(): Promise<Content> {
    return this.#content ?? await this.#loading.run(() => this.#load());
  }

  async #load(): Promise<Content> {
    const { number, lastUpdate, revocations } = await this.store.crlContent();
    const entries = new CrlEntries();
    let modifiedAt = (lastUpdate ?? 0) + BACK_DATE;
    for (const revocation of revocations) {
      entries.append(revocation.serial, revocation.revocationDate);
      modifiedAt = Math.max(modifiedAt, revocation.revocationDate);
    }
    // The next second: until then, another content with the same date may have been served.
    return this.#content = { number, lastUpdate, modifiedAt: modifiedAt + 1, entries };
  }

  #publishedNumber(): bigint {
    const [any] = this.#published.values();
    return any === undefined ? -1n : any.number;
  }

  #isBehind(): boolean {
    return this.#content !== undefined && this.#publishedNumber() < this.#content.number;
  }

  #publish(now: number): Promise<void> {
    return this.#signing.run(() => this.#sign(now));
  }

  async #sign(now: number): Promise<void> {
    const valid = await this.issuers.ensureValid(now);
    while (this.#content === undefined) await this.#loaded();
    // From here to the calls of buildCrl(), which encodes before it awaits, number and entries belong together.
    const { number, lastUpdate: thisUpdate, modifiedAt, entries } = this.#content;
    if (thisUpdate === undefined) throw new Error(`the CRL of ${this.store.name} has no date yet`);
    const dates = { thisUpdate, nextUpdate: crlNextUpdate(thisUpdate, this.settings.lifeSpan) };
    const renewalDueAt = crlRenewalDueAt(thisUpdate, this.settings.lifeSpan);
    const signed = await Promise.all(valid.map(async (issuer) => {
      const { certificate, signer } = issuer;
      const der = await buildCrl({ issuer: certificate, number, entries, ...dates }, signer);
      const { keyIdentifier } = certificate;
      const crl = { keyIdentifier, number, ...dates, modifiedAt, renewalDueAt, der, pem: lazyPem(der) };
      return [issuer, crl] as const;
    }));
    this.#published = new Map(signed);
  }
}

function lazyPem(der: Bytes): () => Bytes {
  let pem: Bytes | undefined;
  return () => pem ??= utf8(encodePem(PEM_LABEL.CRL, der));
}
