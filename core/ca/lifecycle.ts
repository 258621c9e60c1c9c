/**
 * How CA certificates follow one another, and when a CRL is due: pure decisions, no effects. Read this file alone to
 * understand rollover.
 *
 * With L the life span of a normal certificate, a CA certificate lives 4 L. There is no cross-signing. Instead
 * everybody gets to know a new CA certificate before it is used:
 *
 *     0        L        2L       3L       4L       5L       6L
 *     |- old --+--------+--------+--------|
 *                       |- new --+--------+--------+--------|
 *     | old signs (quiet)        |
 *                       | passive: new exists, old still signs
 *                                | active: new signs, old only vouches for what it signed before
 *                                         | gone: everything that old signed has expired, and so has old
 *
 * A holder renews at least once in every L. During the passive phase it therefore fetches the new CA certificate at
 * least once, through a chain in which the old key signs the new certificate, before anything is signed with the new
 * key.
 *
 * Times are Unix seconds, spans are seconds.
 */

/** The validity of a CA certificate. */
export interface Validity {
  readonly notBefore: number;
  readonly notAfter: number;
}

export const SECONDS_PER_DAY = 86_400;

/**
 * A CA certificate lives this many L; the private CA of the HTTPS listener, installed in browsers by hand, ten times
 * that.
 */
export const CA_LIFE_SPANS = 4;
export const HTTP_CA_LIFE_SPANS = 40;

/** A new CA certificate is made when the newest has this many L left, or less. */
const ROLLOVER_LIFE_SPANS = 2;

/** A CRL is valid for this part of L, and the next one is made after half of that. */
const CRL_LIFE_SPANS = 0.33;

/** The CA certificate whose validity began last; undefined when there is none. */
export function newest<A extends Validity>(issuers: readonly A[]): A | undefined {
  return issuers.reduce<A | undefined>(
    (found, candidate) => found === undefined || candidate.notBefore >= found.notBefore ? candidate : found,
    undefined,
  );
}

/** Those that have not expired, oldest first: the order in which they are handed out. */
export function unexpired<A extends Validity>(issuers: readonly A[], now: number): A[] {
  return issuers.filter((issuer) => now <= issuer.notAfter).toSorted((a, b) => a.notBefore - b.notBefore);
}

/**
 * The newest that may be used. One from the future, made while the clock was wrong, counts only where there is no
 * other: else it would keep its successors from being made in time.
 */
export function newestUsable<A extends Validity>(issuers: readonly A[], now: number): A | undefined {
  const usable = unexpired(issuers, now);
  return newest(usable.filter((issuer) => issuer.notBefore <= now)) ?? newest(usable);
}

/** Whether the next use must make a new CA certificate. */
export function isNewIssuerDue(issuers: readonly Validity[], now: number, lifeSpan: number): boolean {
  return now >= newIssuerDueAt(issuers, now, lifeSpan);
}

/** When `isNewIssuerDue` becomes true by the passing of time alone, as seen at `now`. */
export function newIssuerDueAt(issuers: readonly Validity[], now: number, lifeSpan: number): number {
  const last = newestUsable(issuers, now);
  return last === undefined ? now : last.notAfter - ROLLOVER_LIFE_SPANS * lifeSpan;
}

/**
 * The one that signs: the newest that became valid more than one L ago, else the newest there is. Undefined only when
 * all have expired.
 */
export function signingIssuer<A extends Validity>(
  issuers: readonly A[],
  now: number,
  lifeSpan: number,
): A | undefined {
  const usable = unexpired(issuers, now);
  return newest(usable.filter((issuer) => now - issuer.notBefore > lifeSpan)) ?? newestUsable(usable, now);
}

/** `nextUpdate` of a CRL whose `thisUpdate` is `thisUpdate`. */
export function crlNextUpdate(thisUpdate: number, lifeSpan: number): number {
  return thisUpdate + crlLifeSpan(lifeSpan);
}

/** How long a CRL is valid, in whole seconds; also how long a revocation is listed after its certificate expired. */
export function crlLifeSpan(lifeSpan: number): number {
  return Math.floor(lifeSpan * CRL_LIFE_SPANS);
}

/** Until when a revocation is listed of a certificate that nobody asks about after `lastNeeded`. */
export function revocationListedUntil(lastNeeded: number, lifeSpan: number): number {
  return lastNeeded + crlLifeSpan(lifeSpan);
}

/** When the scheduled renewal of a CRL is due. */
export function crlRenewalDueAt(thisUpdate: number, lifeSpan: number): number {
  return thisUpdate + Math.floor(crlLifeSpan(lifeSpan) / 2);
}

/**
 * Whether a CRL must be made although nothing was revoked: there is none, it is half way to its `nextUpdate`, or it is
 * from the future because the clock was wrong when it was made.
 */
export function isCrlRenewalDue(thisUpdate: number | undefined, now: number, lifeSpan: number): boolean {
  return thisUpdate === undefined || now < thisUpdate || now >= crlRenewalDueAt(thisUpdate, lifeSpan);
}

/**
 * Before which time what has expired may be deleted for good, at a scheduled renewal of the CRL: `now`, but only when
 * the renewal before it lies less than one L back. A clock that jumps far ahead thus deletes nothing.
 */
export function deletableBefore(thisUpdate: number | undefined, now: number, lifeSpan: number): number | undefined {
  return thisUpdate !== undefined && now - thisUpdate < lifeSpan ? now : undefined;
}
