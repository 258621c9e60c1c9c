/** Some thousand certificates of the index of a register, in columns. */
import type { RegisterQuery } from "../protocol/register_query.ts";
import { Grams } from "./grams.ts";
import { SECONDS_PER_DAY } from "./lifecycle.ts";
import { DAYS_LEFT, EXPIRING_WITHIN } from "./register.ts";

/** How many a segment has at most: it is searched in a fraction of a millisecond. */
export const SEGMENT_SIZE = 4096;

/** Ends the names of a certificate, and parts them. No name has these: they are escaped in texts. */
const END = "\n";
const PARTED = "\t";

/** Where so few of a segment are in question, their names are looked at one by one. */
const FEW = SEGMENT_SIZE / 16;

const RENEWED = 1;
const REVOKED = 2;

/** Certificates counted by what became of them. */
export interface Tally {
  revoked: number;
  expiredRenewed: number;
  expiredUnrenewed: number;
  validRenewed: number;
  /** Neither ended nor renewed nor revoked: by which of {@linkcode DAYS_LEFT} is the first that they end within. */
  readonly left: number[];
}

/** Place of the first of {@linkcode DAYS_LEFT} that `left` seconds are within; behind the last when they are longer. */
function endsWithin(left: number): number {
  let place = 0;
  for (const days of DAYS_LEFT) {
    if (left <= days * SECONDS_PER_DAY) return place;
    place++;
  }
  return place;
}

/** What a search in a segment looks for. */
export interface SegmentSearch {
  readonly query: RegisterQuery;
  readonly now: number;
  /** Number of the issuer; -1 for any. */
  readonly issuer: number;
}

/** Takes what a search finds: places, by their end and their id. No objects: there may be a million. */
export interface Gathering {
  /** None that ends later is taken. */
  readonly latestEnd: number;
  takes(notAfter: number, id: number): boolean;
  add(notAfter: number, id: number): void;
}

/**
 * The names of a certificate as they are searched: in lower case, each once. A name that is part of one before is left
 * out: whatever is part of it is found there.
 */
export function searchText(names: readonly string[]): string {
  const kept: string[] = [];
  for (const name of names.map((each) => each.toLowerCase())) {
    if (!kept.some((other) => other.includes(name))) kept.push(name);
  }
  return kept.join(PARTED);
}

export class RegisterSegment {
  readonly #ids = new Uint32Array(SEGMENT_SIZE);
  readonly #ends = new Float64Array(SEGMENT_SIZE);
  readonly #issuers = new Uint16Array(SEGMENT_SIZE);
  readonly #fates = new Uint8Array(SEGMENT_SIZE);
  /** Ids of those that renewed them; 0 for none. */
  readonly #successors = new Uint32Array(SEGMENT_SIZE);
  /** Where the names of each begin in the text of all, and where the last ones end. */
  readonly #starts = new Uint32Array(SEGMENT_SIZE + 1);
  readonly #grams = new Grams();
  #text = "";
  /** Texts that are not joined to the others yet. */
  #loose: string[] = [];
  #size = 0;
  /** When the first and the last of them end. */
  #ending = { first: Infinity, last: -Infinity };

  get size(): number {
    return this.#size;
  }

  get isFull(): boolean {
    return this.#size === SEGMENT_SIZE;
  }

  get firstId(): number {
    return this.#ids[0] ?? Infinity;
  }

  /** @param certificate with a larger id than those before */
  add({ id, notAfter, issuer, text }: { id: number; notAfter: number; issuer: number; text: string }): void {
    const place = this.#size++;
    this.#ids[place] = id;
    this.#ends[place] = notAfter;
    this.#issuers[place] = issuer;
    this.#ending = { first: Math.min(this.#ending.first, notAfter), last: Math.max(this.#ending.last, notAfter) };
    this.#loose.push(text + END);
    this.#grams.add(text);
    this.#starts[place + 1] = (this.#starts[place] ?? 0) + text.length + END.length;
    if (this.isFull) this.#joined();
  }

  setRenewed(id: number, successor: number): void {
    const place = this.#placeOf(id);
    if (place === undefined) return;
    this.#fates[place] = (this.#fates[place] ?? 0) | RENEWED;
    this.#successors[place] = successor;
  }

  setRevoked(id: number): void {
    const place = this.#placeOf(id);
    if (place !== undefined) this.#fates[place] = (this.#fates[place] ?? 0) | REVOKED;
  }

  /** Undefined for one that was not renewed. */
  successorOf(id: number): number | undefined {
    return this.#successors[this.#placeOf(id) ?? SEGMENT_SIZE] || undefined;
  }

  /** Adds its certificates to `tally`. */
  count(tally: Tally, now: number): void {
    let [revoked, expiredRenewed, expiredUnrenewed, validRenewed] = [0, 0, 0, 0];
    for (let place = 0; place < this.#size; place++) {
      const fate = this.#fates[place] ?? 0;
      const left = (this.#ends[place] ?? 0) - now;
      if (fate >= REVOKED) revoked++;
      else if (left < 0) fate === 0 ? expiredUnrenewed++ : expiredRenewed++;
      else if (fate !== 0) validRenewed++;
      else {
        const within = endsWithin(left);
        tally.left[within] = (tally.left[within] ?? 0) + 1;
      }
    }
    tally.revoked += revoked;
    tally.expiredRenewed += expiredRenewed;
    tally.expiredUnrenewed += expiredUnrenewed;
    tally.validRenewed += validRenewed;
  }

  /** Itself, or another that lacks what ended before `before`. */
  without(before: number): RegisterSegment {
    const ends = this.#ends.subarray(0, this.#size);
    if (ends.every((end) => end >= before)) return this;
    const rest = new RegisterSegment();
    const text = this.#joined();
    for (const [place, notAfter] of ends.entries()) {
      if (notAfter < before) continue;
      rest.#fates[rest.#size] = this.#fates[place] ?? 0;
      rest.#successors[rest.#size] = this.#successors[place] ?? 0;
      const [id = 0, issuer = 0] = [this.#ids[place], this.#issuers[place]];
      rest.add({ id, notAfter, issuer, text: text.slice(this.#starts[place], this.#endOf(place) - END.length) });
    }
    return rest;
  }

  search(search: SegmentSearch, gathering: Gathering): void {
    const wanted = search.query.name?.toLowerCase();
    if (!this.#mayEnd(search, gathering) || (wanted !== undefined && !this.#mayContain(wanted))) return;
    const candidates = this.#candidates(search, gathering);
    const found = wanted === undefined ? candidates : this.#containing(wanted, candidates);
    // What was taken may have made others needless.
    for (const place of found) {
      const [end = 0, id = 0] = [this.#ends[place], this.#ids[place]];
      if (gathering.takes(end, id)) gathering.add(end, id);
    }
  }

  /** All that may be on the page, in ascending order, as far as it does not depend on names. */
  #candidates({ query, now, issuer }: SegmentSearch, gathering: Gathering): number[] {
    const { mask, fate: wanted, from, before, notExpiring } = rangeOf(query, now);
    const candidates: number[] = [];
    for (let place = 0; place < this.#size; place++) {
      const end = this.#ends[place] ?? 0;
      const fate = this.#fates[place] ?? 0;
      if ((fate & mask) !== wanted || end < from || end >= before || (issuer >= 0 && this.#issuers[place] !== issuer)) {
        continue;
      }
      if (notExpiring && fate === 0 && end - now <= EXPIRING_WITHIN) continue;
      if (gathering.takes(end, this.#ids[place] ?? 0)) candidates.push(place);
    }
    return candidates;
  }

  /** False only where all end at a time that is not asked for. */
  #mayEnd({ query: { status, expiresBefore = Infinity }, now }: SegmentSearch, gathering: Gathering): boolean {
    const { first, last } = this.#ending;
    if (first >= expiresBefore || first > gathering.latestEnd) return false;
    if (status === "expired") return first < now;
    if (status === "expiring") return last >= now && first <= now + EXPIRING_WITHIN;
    return status !== "valid" || last >= now;
  }

  /** False only where no name has `wanted` in it. */
  #mayContain(wanted: string): boolean {
    if (wanted.includes(END) || wanted.includes(PARTED)) return false;
    return this.#grams.mayHave(wanted);
  }

  /** Those of `candidates` whose names have `wanted` in them. */
  #containing(wanted: string, candidates: readonly number[]): number[] {
    if (candidates.length === 0) return [];
    const text = this.#joined();
    if (candidates.length < FEW) {
      return candidates.filter((place) => text.slice(this.#starts[place], this.#endOf(place)).includes(wanted));
    }
    const found: number[] = [];
    let at = -1;
    for (const place of candidates) {
      const start = this.#starts[place] ?? 0;
      if (at < start) at = text.indexOf(wanted, start);
      if (at < 0) break;
      if (at < this.#endOf(place)) found.push(place);
    }
    return found;
  }

  #endOf(place: number): number {
    return this.#starts[place + 1] ?? 0;
  }

  #joined(): string {
    if (this.#loose.length > 0) {
      // Joined, not added: adding would make a tree of texts, which the first search would have to flatten.
      this.#text = [this.#text, ...this.#loose].join("");
      this.#loose = [];
    }
    return this.#text;
  }

  #placeOf(id: number): number | undefined {
    let [low, high] = [0, this.#size];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#ids[middle] ?? Infinity) < id) low = middle + 1;
      else high = middle;
    }
    return low < this.#size && this.#ids[low] === id ? low : undefined;
  }
}

/** What `statusOf` says of a status, and when certificates end, for columns. Times are whole seconds. */
interface Range {
  readonly mask: number;
  readonly fate: number;
  readonly from: number;
  readonly before: number;
  /** Whether those that were not renewed must not be `expiring`. */
  readonly notExpiring: boolean;
}

function rangeOf({ status, expiresBefore: before = Infinity }: RegisterQuery, now: number): Range {
  const all = { mask: 0, fate: 0, from: -Infinity, before, notExpiring: false };
  switch (status) {
    case "revoked":
      return { ...all, mask: REVOKED, fate: REVOKED };
    case "expired":
      return { ...all, mask: REVOKED, before: Math.min(before, now) };
    case "expiring":
      return { ...all, mask: REVOKED | RENEWED, from: now, before: Math.min(before, now + EXPIRING_WITHIN + 1) };
    case "valid":
      return { ...all, mask: REVOKED, from: now, notExpiring: true };
    default:
      return all;
  }
}
