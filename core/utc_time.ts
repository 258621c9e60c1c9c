/** Times as text: the one form of RFC 3339 that caucase writes, in UTC to the second. */

/** `2026-11-28T01:00:00Z` */
export function timeToText(seconds: number): string {
  return `${new Date(seconds * 1000).toISOString().slice(0, 19)}Z`;
}

/**
 * Unix seconds; undefined for any other form, and for dates that there are not: the engine takes the 30th of February
 * for a day in March.
 */
export function timeFromText(text: string): number | undefined {
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(text)) return undefined;
  const seconds = Date.parse(text) / 1000;
  return !Number.isNaN(seconds) && timeToText(seconds) === text ? seconds : undefined;
}
