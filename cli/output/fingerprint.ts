/** Fingerprints that people read out to each other. */

/** Digits in a group, and groups in a line. */
const GROUP = 4;
const LINE = 8;

/** 64 hexadecimal digits as two lines of groups. */
export function fingerprintLines(digits: string): string[] {
  const groups = digits.match(new RegExp(`.{1,${GROUP}}`, "g")) ?? [];
  const lines: string[] = [];
  for (let start = 0; start < groups.length; start += LINE) lines.push(groups.slice(start, start + LINE).join(" "));
  return lines;
}

/** A line has 128 bits: nobody finds another request that begins with the same ones. */
const ENOUGH = GROUP * LINE;
const ALL = 2 * ENOUGH;

/**
 * What a person typed of a fingerprint, as lower-case digits: all of it, or its beginning if that has a whole line.
 * Blanks, colons and case do not matter. Undefined when it is too short, or something else.
 */
export function spokenFingerprint(text: string): string | undefined {
  const digits = text.toLowerCase().replace(/^\s*sha256:/, "").replace(/[\s:]/g, "");
  return /^[0-9a-f]*$/.test(digits) && digits.length >= ENOUGH && digits.length <= ALL ? digits : undefined;
}
