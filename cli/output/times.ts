/** Times for people: in UTC, as everything of the server's is. `now` and all times are Unix seconds. */

const UNITS = [["y", 365 * 86_400], ["d", 86_400], ["h", 3600], ["m", 60], ["s", 1]] as const;

/** `2026-11-28` */
export function dayText(time: number): string {
  return new Date(time * 1000).toISOString().slice(0, 10);
}

/** `2026-11-28 01:00 UTC` */
export function minuteText(time: number): string {
  return `${new Date(time * 1000).toISOString().slice(0, 16).replace("T", " ")} UTC`;
}

/** How long that is, in its largest unit but with days up to two years: `45s`, `3h`, `93d`. */
export function spanText(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const found = UNITS.find(([unit, size]) => whole >= (unit === "y" ? 2 * size : size)) ?? (["s", 1] as const);
  return `${Math.floor(whole / found[1])}${found[0]}`;
}

/** `in 93d`, `3h ago`, `0s ago` */
export function relativeText(time: number, now: number): string {
  return time > now ? `in ${spanText(time - now)}` : `${spanText(now - time)} ago`;
}
