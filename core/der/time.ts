/** UTCTime and GeneralizedTime in the forms that RFC 5280 4.1.2.5 allows. */
import { TAG } from "./tags.ts";

/** Where an element lies; a `DerCursor` is one. */
export interface ElementBounds {
  readonly bytes: Uint8Array;
  readonly tag: number;
  readonly contentStart: number;
  readonly end: number;
}

const DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] as const;
const ZULU = 0x5a;

/**
 * Unix seconds of a time: UTCTime from 1950 to 2049, GeneralizedTime for all other years, with seconds and in UTC. NaN
 * for anything else, dates that do not exist and leap seconds included. No allocation: CRLs have a time per entry.
 */
export function timeAt({ bytes, tag, contentStart, end }: ElementBounds): number {
  const yearDigits = tag === TAG.UTC_TIME ? 2 : tag === TAG.GENERALIZED_TIME ? 4 : NaN;
  if (end - contentStart !== yearDigits + 11 || bytes[end - 1] !== ZULU) return NaN;
  const high = twoDigits(bytes, contentStart);
  const rest = contentStart + yearDigits;
  const year = yearDigits === 2 ? high + (high < 50 ? 2000 : 1900) : high * 100 + twoDigits(bytes, rest - 2);
  // The years of UTCTime are never written as GeneralizedTime; Date.UTC takes years under 100 for those of its own
  // century.
  if (yearDigits === 4 && (year < 100 || (year >= 1950 && year < 2050))) return NaN;
  const month = twoDigits(bytes, rest);
  const day = twoDigits(bytes, rest + 2);
  const hour = twoDigits(bytes, rest + 4);
  const minute = twoDigits(bytes, rest + 6);
  const second = twoDigits(bytes, rest + 8);
  const exists = day >= 1 && day <= daysIn(month, year) && hour < 24 && minute < 60 && second < 60;
  return exists ? Date.UTC(year, month - 1, day, hour, minute, second) / 1000 : NaN;
}

function daysIn(month: number, year: number): number {
  const leap = month === 2 && year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  return leap ? 29 : DAYS[month - 1] ?? 0;
}

/** NaN when one is not a digit. */
function twoDigits(bytes: Uint8Array, at: number): number {
  const tens = (bytes[at] ?? 0) - 0x30;
  const ones = (bytes[at + 1] ?? 0) - 0x30;
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : NaN;
}
