/** Times in JSON: RFC 3339 in UTC to the second, `2026-11-28T01:00:00Z`, and nothing else that RFC 3339 allows. */

/** The last second that has four digits of a year. */
const LAST = 253_402_300_799;

/** @param time Unix seconds, from 0 to the end of the year 9999; parts of a second are left out */
export function wireTime(time: number): string {
  return new Date(Math.trunc(time) * 1000).toISOString().replace(/\.\d{3}Z$/, "Z");
}

/** Unix seconds; undefined for a text that `wireTime` does not write. */
export function fromWireTime(text: string): number | undefined {
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(text)) return undefined;
  const time = Date.parse(text) / 1000;
  // The engine takes the 30th of February for a day in March.
  return time >= 0 && time <= LAST && wireTime(time) === text ? time : undefined;
}
