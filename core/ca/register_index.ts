/**
 * What a query looks at of every certificate of all CAs, in memory: a million take 30 bytes each and their names. So
 * any query, whatever it finds, looks at all of them in a few hundredths of a second, and no index has to be written
 * when a certificate is issued. The store that feeds it has the certificates themselves.
 */
import type { RegisterQuery } from "../protocol/register_query.ts";
import { compareIn, DAYS_LEFT, isByEnd, type Position, readCursor, type RegisterCounts } from "./register.ts";
import type { RegisterColumns } from "./register_columns.ts";
import { type Gathering, type Groups, RegisterSegment, type Tally } from "./register_segment.ts";
import type { CaName } from "./stores.ts";

/** Which of the CAs a certificate is of, and the key identifier of that CA when it issued it. */
export interface CertificateGroup {
  readonly ca: CaName;
  readonly issuer: string;
}

/** A certificate as it comes into the index. */
export interface IndexedCertificate extends CertificateGroup {
  /** Larger than that of all before, of whatever CA. */
  readonly id: number;
  readonly notAfter: number;
  /** As `searchText` makes it. */
  readonly text: string;
  /** Id of the certificate that it renewed, where the index has that. */
  readonly predecessor?: number | undefined;
}

/** What a search found: the places of a page in order, and whether there are more. */
export interface Found {
  readonly places: readonly Position[];
  readonly hasMore: boolean;
}

/** Places that are gathered before those that no page needs are let go. */
const GATHERED = 4;

export class RegisterIndex {
  #segments: RegisterSegment[] = [];
  /** Each CA with each of its issuers; a segment has their places in this list. */
  readonly #groups: CertificateGroup[] = [];
  /** Successors by ids of certificates that are still to come. */
  readonly #awaited = new Map<number, number>();
  #asked: RegisterSegment | undefined;

  add({ id, notAfter, text, predecessor = 0, ...group }: IndexedCertificate): void {
    let last = this.#segments.at(-1);
    if (last === undefined || last.isFull) this.#segments.push(last = new RegisterSegment());
    last.add({ id, notAfter, text, predecessor, group: this.#groupNumber(group) });
    if (predecessor > 0) this.#renew(predecessor, id);
    this.#settle(id);
  }

  /**
   * Adds many at once.
   * @param columns with larger ids than all before; their groups are places in `groups`
   */
  append(columns: RegisterColumns, groups: readonly CertificateGroup[]): void {
    columns.renumber(groups.map((group) => this.#groupNumber(group)));
    this.#segments.push(new RegisterSegment(columns));
    for (const [place, predecessor] of columns.predecessors.entries()) {
      if (predecessor > 0) this.#renew(predecessor, columns.ids[place] ?? 0);
    }
    this.#settle(columns.ids[columns.size - 1] ?? 0);
  }

  /** A predecessor may come later than what renewed it: where it was found later. */
  #renew(id: number, successor: number): void {
    if (id > successor) this.#awaited.set(id, successor);
    this.setRenewed(id, successor);
  }

  /** @param last the last id that it has by now */
  #settle(last: number): void {
    for (const [id, successor] of this.#awaited) {
      if (id > last) continue;
      this.setRenewed(id, successor);
      this.#awaited.delete(id);
    }
  }

  /** Nothing where it has no such certificate. */
  setRenewed(id: number, successor: number): void {
    this.#segmentOf(id)?.setRenewed(id, successor);
  }

  /** Nothing where it has no such certificate. */
  setRevoked(id: number): void {
    this.#segmentOf(id)?.setRevoked(id);
  }

  /** The id of the one that renewed it last; undefined where none did. */
  successorOf(id: number): number | undefined {
    return this.#segmentOf(id)?.successorOf(id);
  }

  isRevoked(id: number): boolean {
    return this.#segmentOf(id)?.isRevoked(id) ?? false;
  }

  /** Lets go of what ended before `before`. */
  forget(ca: CaName, before: number): void {
    const groups = this.#groupsOf(ca);
    this.#asked = undefined;
    this.#segments = this.#segments.map((segment) => segment.without(groups, before)).filter(({ size }) => size > 0);
  }

  /**
   * Finds a page of `query` among those of `ca`, in short steps: the caller may pause after each.
   * @throws `malformed` for a cursor that is none
   */
  *search(ca: CaName, query: RegisterQuery, now: number): Generator<void, Found> {
    const page = new PageGathering(query);
    const groups = this.#groupsOf(ca, query.issuer);
    const segments = groups.size === 0 ? [] : this.#segments;
    for (const segment of isByEnd(query) ? segments : segments.toReversed()) {
      segment.search({ query, now, groups }, page);
      if (page.isComplete) break;
      yield;
    }
    return page.found();
  }

  /** Counts those of `ca`, in short steps. */
  *counts(ca: CaName, now: number): Generator<void, RegisterCounts> {
    const left = new Array<number>(DAYS_LEFT.length + 1).fill(0);
    const tally = { revoked: 0, expiredRenewed: 0, expiredUnrenewed: 0, validRenewed: 0, left };
    const groups = this.#groupsOf(ca);
    for (const segment of this.#segments) {
      segment.count(tally, groups, now);
      yield;
    }
    return countsOf(tally);
  }

  #groupNumber({ ca, issuer }: CertificateGroup): number {
    const known = this.#groups.findLastIndex((group) => group.issuer === issuer && group.ca === ca);
    return known >= 0 ? known : this.#groups.push({ ca, issuer }) - 1;
  }

  /** Of all issuers unless one is given. */
  #groupsOf(ca: CaName, issuer?: string): Groups {
    const numbers = this.#groups.flatMap((group, number) =>
      group.ca === ca && (issuer === undefined || group.issuer === issuer) ? [number] : []
    );
    return new Set(numbers);
  }

  /** The last one that begins at or before `id`. Who asks for one often asks for the next one then. */
  #segmentOf(id: number): RegisterSegment | undefined {
    if (this.#asked?.mayHave(id)) return this.#asked;
    let [low, high] = [0, this.#segments.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#segments[middle]?.firstId ?? Infinity) <= id) low = middle + 1;
      else high = middle;
    }
    return this.#asked = this.#segments[low - 1];
  }
}

function countsOf({ revoked, expiredRenewed, expiredUnrenewed, validRenewed, left }: Tally): RegisterCounts {
  const sums = DAYS_LEFT.map((_, place) => sum(left.slice(0, place + 1)));
  const expiring = sums[DAYS_LEFT.indexOf(31)] ?? 0;
  return {
    byStatus: {
      valid: validRenewed + sum(left) - expiring,
      expiring,
      expired: expiredRenewed + expiredUnrenewed,
      revoked,
    },
    endingWithin: new Map(DAYS_LEFT.map((days, place) => [days, sums[place] ?? 0])),
    expiredUnrenewed,
  };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

/** Takes places in any order, and keeps the first ones behind the query's cursor. */
class PageGathering implements Gathering {
  readonly #compare: (a: Position, b: Position) => number;
  readonly #after: Position | undefined;
  readonly #limit: number;
  readonly #isByEnd: boolean;
  #places: Position[] = [];
  /** No place behind this one is needed. */
  #bound: Position | undefined;

  constructor(query: RegisterQuery) {
    this.#compare = compareIn(query);
    this.#after = query.after === undefined ? undefined : readCursor(query.after);
    this.#limit = query.limit;
    this.#isByEnd = isByEnd(query);
  }

  /** Where places come in order, none that comes later is needed. */
  get isComplete(): boolean {
    return !this.#isByEnd && this.#places.length > this.#limit;
  }

  get latestEnd(): number {
    return this.#isByEnd ? this.#bound?.notAfter ?? Infinity : Infinity;
  }

  /** Whether the page may have it. */
  takes(notAfter: number, id: number): boolean {
    return this.#isBehind(this.#after, notAfter, id) && this.#isBefore(this.#bound, notAfter, id);
  }

  /** One that it takes. */
  add(notAfter: number, id: number): void {
    this.#places.push({ notAfter, id });
    if (this.#places.length >= GATHERED * (this.#limit + 1)) this.#trim();
  }

  #isBehind(place: Position | undefined, notAfter: number, id: number): boolean {
    if (place === undefined) return true;
    if (!this.#isByEnd) return id < place.id;
    return notAfter > place.notAfter || (notAfter === place.notAfter && id > place.id);
  }

  #isBefore(place: Position | undefined, notAfter: number, id: number): boolean {
    if (place === undefined) return true;
    if (!this.#isByEnd) return id > place.id;
    return notAfter < place.notAfter || (notAfter === place.notAfter && id < place.id);
  }

  found(): Found {
    this.#trim();
    return { places: this.#places.slice(0, this.#limit), hasMore: this.#places.length > this.#limit };
  }

  /** Keeps one more than the page has, which tells that there are more. */
  #trim(): void {
    this.#places = this.#places.sort(this.#compare).slice(0, this.#limit + 1);
    if (this.#places.length > this.#limit) this.#bound = this.#places.at(-1);
  }
}
