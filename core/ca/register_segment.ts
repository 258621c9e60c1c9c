/** Some thousand certificates of the index of a register, in columns. */
import type { RegisterQuery } from "../protocol/register_query.ts";
import { SECONDS_PER_DAY } from "./lifecycle.ts";
import { DAYS_LEFT, EXPIRING_WITHIN } from "./register.ts";
import { type Entry, RegisterColumns, SEGMENT_SIZE } from "./register_columns.ts";

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

/** Numbers of CAs and issuers. */
export type Groups = ReadonlySet<number>;

/** What a search in a segment looks for. */
export interface SegmentSearch {
  readonly query: RegisterQuery;
  readonly now: number;
  readonly groups: Groups;
}

/** Takes what a search finds: places, by their end and their id. No objects: there may be a million. */
export interface Gathering {
  /** None that ends later is taken. */
  readonly latestEnd: number;
  takes(notAfter: number, id: number): boolean;
  add(notAfter: number, id: number): void;
}

export class RegisterSegment {
  readonly #fates: Uint8Array;
  /** Ids of those that renewed them; 0 for none. */
  readonly #successors: Uint32Array;
  #revoked = 0;

  constructor(private readonly columns = new RegisterColumns()) {
    this.#fates = new Uint8Array(columns.ids.length);
    this.#successors = new Uint32Array(columns.ids.length);
  }

  get size(): number {
    return this.columns.size;
  }

  get isFull(): boolean {
    return this.columns.isFull;
  }

  get firstId(): number {
    return this.columns.ids[0] ?? Infinity;
  }

  /** @param entry with a larger id than those before */
  add(entry: Entry): void {
    this.columns.add(entry);
  }

  setRenewed(id: number, successor: number): void {
    const place = this.columns.placeOf(id);
    if (place === undefined) return;
    this.#fates[place] = (this.#fates[place] ?? 0) | RENEWED;
    this.#successors[place] = successor;
  }

  setRevoked(id: number): void {
    const place = this.columns.placeOf(id);
    const fate = this.#fates[place ?? SEGMENT_SIZE] ?? REVOKED;
    if (place === undefined || fate >= REVOKED) return;
    this.#fates[place] = fate | REVOKED;
    this.#revoked++;
  }

  /** Undefined for one that was not renewed. */
  successorOf(id: number): number | undefined {
    return this.#successors[this.columns.placeOf(id) ?? SEGMENT_SIZE] || undefined;
  }

  isRevoked(id: number): boolean {
    return (this.#fates[this.columns.placeOf(id) ?? SEGMENT_SIZE] ?? 0) >= REVOKED;
  }

  /** False only where it has no certificate with this id. */
  mayHave(id: number): boolean {
    return id >= this.firstId && id <= (this.columns.ids[this.size - 1] ?? 0);
  }

  /** Adds its certificates of `groups` to `tally`. */
  count(tally: Tally, groups: Groups, now: number): void {
    const those = this.#those(groups);
    if (those === "none") return;
    let [revoked, expiredRenewed, expiredUnrenewed, validRenewed] = [0, 0, 0, 0];
    for (let place = 0; place < this.size; place++) {
      if (those === "some" && !groups.has(this.columns.groups[place] ?? -1)) continue;
      const fate = this.#fates[place] ?? 0;
      const left = (this.columns.ends[place] ?? 0) - now;
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

  /** How many of its certificates are of `groups`. */
  #those(groups: Groups): "none" | "some" | "all" {
    let [of, not] = [false, false];
    for (const group of this.columns.present) groups.has(group) ? of = true : not = true;
    return !of ? "none" : not ? "some" : "all";
  }

  /** Itself, or another that lacks what is of `groups` and ended before `before`. */
  without(groups: Groups, before: number): RegisterSegment {
    const { ends, groups: all, ending } = this.columns;
    if (ending.first >= before || this.#those(groups) === "none") return this;
    const rest = new RegisterSegment();
    for (let place = 0; place < this.size; place++) {
      if ((ends[place] ?? 0) < before && groups.has(all[place] ?? -1)) continue;
      const fate = this.#fates[place] ?? 0;
      if (fate >= REVOKED) rest.#revoked++;
      rest.#fates[rest.size] = fate;
      rest.#successors[rest.size] = this.#successors[place] ?? 0;
      rest.add(this.columns.entryAt(place));
    }
    return rest.size === this.size ? this : rest;
  }

  search(search: SegmentSearch, gathering: Gathering): void {
    const wanted = search.query.name?.toLowerCase();
    const those = this.#those(search.groups);
    if (those === "none" || !this.#mayBe(search, gathering)) return;
    if (wanted !== undefined && !this.columns.mayContain(wanted)) return;
    const range = { ...rangeOf(search.query, search.now), groups: those === "all" ? undefined : search.groups };
    const candidates = this.#candidates(range, search.now, gathering);
    const found = wanted === undefined ? candidates : this.#containing(wanted, candidates);
    // What was taken may have made others needless.
    for (const place of found) {
      const [end = 0, id = 0] = [this.columns.ends[place], this.columns.ids[place]];
      if (gathering.takes(end, id)) gathering.add(end, id);
    }
  }

  /** All that may be on the page, in ascending order, as far as it does not depend on names. */
  #candidates({ mask, fate: wanted, from, before, notExpiring, groups }: Range, now: number, gathering: Gathering) {
    const { ends, ids, groups: all, size } = this.columns;
    const candidates: number[] = [];
    for (let place = 0; place < size; place++) {
      const fate = this.#fates[place] ?? 0;
      if ((fate & mask) !== wanted) continue;
      const end = ends[place] ?? 0;
      if (end < from || end >= before || (groups !== undefined && !groups.has(all[place] ?? -1))) continue;
      if (notExpiring && fate === 0 && end - now <= EXPIRING_WITHIN) continue;
      if (gathering.takes(end, ids[place] ?? 0)) candidates.push(place);
    }
    return candidates;
  }

  /** False only where none is what is asked for: all end at another time, or none was revoked. */
  #mayBe({ query: { status, expiresBefore = Infinity }, now }: SegmentSearch, gathering: Gathering): boolean {
    const { first, last } = this.columns.ending;
    if (first >= expiresBefore || first > gathering.latestEnd) return false;
    if (status === "revoked") return this.#revoked > 0;
    if (status === "expired") return first < now;
    if (status === "expiring") return last >= now && first <= now + EXPIRING_WITHIN;
    return (status !== "valid" && status !== "current") || last >= now;
  }

  /** Those of `candidates` whose names have `wanted` in them. */
  #containing(wanted: string, candidates: readonly number[]): number[] {
    const { columns } = this;
    if (candidates.length === 0) return [];
    const text = columns.text();
    if (candidates.length < FEW) {
      return candidates.filter((place) => text.slice(columns.startOf(place), columns.endOf(place)).includes(wanted));
    }
    const found: number[] = [];
    let at = -1;
    for (const place of candidates) {
      const start = columns.startOf(place);
      if (at < start) at = text.indexOf(wanted, start);
      if (at < 0) break;
      if (at < columns.endOf(place)) found.push(place);
    }
    return found;
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
  /** Undefined where all are wanted. */
  readonly groups: Groups | undefined;
}

function rangeOf({ status, expiresBefore: before = Infinity }: RegisterQuery, now: number): Omit<Range, "groups"> {
  const all = { mask: 0, fate: 0, from: -Infinity, before, notExpiring: false };
  switch (status) {
    case "revoked":
      return { ...all, mask: REVOKED, fate: REVOKED };
    case "expired":
      return { ...all, mask: REVOKED, before: Math.min(before, now) };
    case "expiring":
      return { ...all, mask: REVOKED | RENEWED, from: now, before: Math.min(before, now + EXPIRING_WITHIN + 1) };
    case "current":
      return { ...all, mask: REVOKED | RENEWED, from: now };
    case "valid":
      return { ...all, mask: REVOKED, from: now, notExpiring: true };
    default:
      return all;
  }
}
