/**
 * Keeps the current CRL of every CA certificate, ready to be read.
 *
 * One CRL number names one content for good: number, `thisUpdate` and entries are a function of what the store
 * committed, and the store changes the number together with anything that changes the content. A number that was
 * overtaken before it was signed is never published. Entries are encoded once; a new revocation costs one signature for
 * each valid CA certificate.
 */
import type { Log } from "../log.ts";
import type { Body } from "../pieces.ts";
import { buildCrl } from "../x509/crl_builder.ts";
import { CrlEntries } from "../x509/crl_entries.ts";
import { BACK_DATE } from "../x509/tbs_certificate.ts";
import { SERVER } from "./actor.ts";
import { DueWork } from "./due_work.ts";
import type { Issuer } from "./issuer.ts";
import type { Issuers } from "./issuers.ts";
import { crlNextUpdate, crlRenewalDueAt, deletableBefore, isCrlRenewalDue } from "./lifecycle.ts";
import { SingleFlight } from "./single_flight.ts";
import { crlForms } from "./crl_forms.ts";
import { sameCrlState } from "./store_rules.ts";
import type { CaStores, CrlContent, CrlPosition, CrlState } from "./stores.ts";

/** A signed CRL in both forms. */
export interface PublishedCrl {
  /** The CA's key identifier, hex. */
  readonly keyIdentifier: string;
  readonly number: bigint;
  /** How many certificates it revokes. */
  readonly entries: number;
  readonly thisUpdate: number;
  readonly nextUpdate: number;
  /** A copy from this moment or later has this content; a copy from before may have another. */
  readonly modifiedAt: number;
  /** When the scheduled renewal replaces it, if no revocation does before. */
  readonly renewalDueAt: number;
  /** The end of the signature, hex: no two CRLs have the same. */
  readonly tag: string;
  der(): Body;
  /** ASCII. */
  pem(): Body;
}

/** What the next CRLs will say: what the store committed, with its entries encoded. A value. */
interface Content extends CrlState {
  readonly modifiedAt: number;
  readonly entries: CrlEntries;
  readonly position: CrlPosition;
}

/** The CRLs with one number, by the CA certificate they belong to. */
interface Published extends CrlState {
  readonly crls: ReadonlyMap<Issuer, PublishedCrl>;
}

export class CrlPublisher {
  #content: Content | undefined;
  #published: Published = { number: -1n, thisUpdate: undefined, crls: new Map() };
  /** Numbers of our own revocations that are committed and not answered yet: a reader need not wait for these. */
  readonly #unanswered = new Set<bigint>();
  readonly #loading = new SingleFlight<void>();
  readonly #renewing = new SingleFlight<void>();
  readonly #signing = new SingleFlight<void>();
  readonly #renewal: DueWork;

  constructor(
    private readonly stores: CaStores,
    private readonly issuers: Issuers,
    private readonly settings: { readonly lifeSpan: number; readonly log: Log },
  ) {
    this.#renewal = new DueWork((error) => settings.log.warning("crl.not_renewed", { ca: stores.name, error }));
  }

  /**
   * The current CRL of every valid CA certificate, oldest CA first, made first where it is not there or due. Lists
   * every revocation that was answered, by us or by others; does not wait for those that are not.
   */
  async ensureCurrent(now: number): Promise<readonly PublishedCrl[]> {
    await this.#renewIfDue(now);
    // Again after each signature: it may have been under way for somebody else, before there was a new CA certificate.
    while (true) {
      const valid = await this.issuers.ensureValid(now);
      const { crl: stored } = await this.stores.state();
      const { crls } = this.#published;
      const found = valid.flatMap((issuer) => crls.get(issuer) ?? []);
      if (found.length === valid.length && this.#isGoodEnough(stored)) return found;
      await this.#publish(now);
    }
  }

  /**
   * Takes a revocation over that was committed with `number`; resolves when CRLs that list it are signed and served.
   */
  async publishRevocation(number: bigint, now: number): Promise<void> {
    this.#unanswered.add(number);
    try {
      await this.#renewIfDue(now);
      while (this.#published.number < number) await this.#publish(now);
    } finally {
      this.#unanswered.delete(number);
    }
  }

  /** When the next scheduled renewal is due. */
  async nextDueAt(now: number): Promise<number> {
    const { crl: { thisUpdate } } = await this.stores.state();
    return thisUpdate === undefined ? now : crlRenewalDueAt(thisUpdate, this.settings.lifeSpan);
  }

  /** Whether what is published lacks only revocations of this process that are not answered yet. */
  #isGoodEnough(stored: CrlState): boolean {
    const { number, thisUpdate } = this.#published;
    if (thisUpdate !== stored.thisUpdate || number > stored.number) return false;
    for (let missing = number + 1n; missing <= stored.number; missing++) {
      if (!this.#unanswered.has(missing)) return false;
    }
    return true;
  }

  async #renewIfDue(now: number): Promise<void> {
    const { crl: { thisUpdate } } = await this.stores.state();
    if (!isCrlRenewalDue(thisUpdate, now, this.settings.lifeSpan)) return;
    // The CRL that there is has half of its time left: a full disk is no reason to withhold it.
    await this.#renewal.attempt(() => this.#renewing.run(() => this.#renew(now)), {
      canWait: () => thisUpdate !== undefined && now < crlNextUpdate(thisUpdate, this.settings.lifeSpan),
      now,
    });
  }

  async #renew(now: number): Promise<void> {
    const { crl: { thisUpdate: seen } } = await this.stores.state();
    if (!isCrlRenewalDue(seen, now, this.settings.lifeSpan)) return;
    await this.stores.requireSigning(now);
    const dropBefore = deletableBefore(seen, now, this.settings.lifeSpan);
    const renewal = { seen, thisUpdate: now - BACK_DATE, dropBefore };
    // Where somebody else was first, theirs is the renewal.
    const isOurs = await this.stores.revocations.renewCrl(renewal, { actor: SERVER, now });
    if (isOurs && dropBefore !== undefined) await this.issuers.drop(dropBefore, now);
    await this.#publish(now);
    if (isOurs) this.settings.log.info("crl.renewed", { ca: this.stores.name, number: this.#published.number });
  }

  /** What the store has now; of what was read before only the rest is read. */
  async #current(): Promise<Content> {
    while (true) {
      const { crl } = await this.stores.state();
      if (this.#content !== undefined && sameCrlState(this.#content, crl)) return this.#content;
      await this.#loading.run(() => this.#load());
    }
  }

  async #load(): Promise<void> {
    const { revocations } = this.stores;
    const known = this.#content;
    const more = known && await revocations.crlContentSince(known.position);
    this.#content = known !== undefined && more !== undefined
      ? extended(known, more)
      : extended(EMPTY, await revocations.crlContent());
  }

  #publish(now: number): Promise<void> {
    return this.#signing.run(() => this.#sign(now));
  }

  async #sign(now: number): Promise<void> {
    const valid = await this.issuers.ensureValid(now);
    const { number, thisUpdate, modifiedAt, entries } = await this.#current();
    if (thisUpdate === undefined) throw new Error(`the CRL of ${this.stores.name} has no date yet`);
    const dates = { thisUpdate, nextUpdate: crlNextUpdate(thisUpdate, this.settings.lifeSpan) };
    const renewalDueAt = crlRenewalDueAt(thisUpdate, this.settings.lifeSpan);
    const signed = await Promise.all(valid.map(async (issuer) => {
      const { certificate, signer, keyIdentifier } = issuer;
      const crl = await buildCrl({ issuer: certificate, number, entries, ...dates }, signer);
      return [issuer, {
        keyIdentifier,
        number,
        entries: entries.size,
        ...dates,
        modifiedAt,
        renewalDueAt,
        ...crlForms(crl),
      }] as const;
    }));
    this.#published = { number, thisUpdate, crls: new Map(signed) };
  }
}

const EMPTY = { modifiedAt: 0, entries: CrlEntries.NONE };

function extended(known: Pick<Content, "modifiedAt" | "entries">, content: CrlContent): Content {
  const { number, thisUpdate, entries, position } = content;
  const latest = Math.max((thisUpdate ?? 0) + BACK_DATE, entries.latestDate);
  // The next second: until then, another content with the same date may have been served.
  const modifiedAt = Math.max(known.modifiedAt, latest) + 1;
  return { number, thisUpdate, modifiedAt, entries: known.entries.followedBy(entries), position };
}
