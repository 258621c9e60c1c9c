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

/** Whether what a person typed is that fingerprint: blanks, colons and case do not matter. */
export function isSameFingerprint(typed: string, digits: string): boolean {
  return typed.toLowerCase().replace(/^sha256:/, "").replace(/[\s:]/g, "") === digits;
}
