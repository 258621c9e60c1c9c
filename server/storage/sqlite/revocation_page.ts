/** Reads many revocations that SQLite wrote into one JSON object: serial numbers as names, dates as values. */
import { DecimalInteger } from "../../../core/der/decimal_integer.ts";
import { isUtcTime } from "../../../core/der/utc_time.ts";
import type { CrlEntryWriter } from "../../../core/x509/crl_entries.ts";

const QUOTE = '"'.charCodeAt(0);
const COLON = ":".charCodeAt(0);
const COMMA = ",".charCodeAt(0);
const [BEGIN, END] = [..."{}"].map((bracket) => bracket.charCodeAt(0));
const ZERO = "0".charCodeAt(0);

/** RFC 5280 4.1.2.2, with the sign bit. */
const MAX_SERIAL_SIZE = 20;

/**
 * Writes the entries of `count` revocations from `{"SERIAL":DATE,…}`. False when the text does not hold as many, or one
 * of them is not simply a serial number that a CRL can hold, with a date from 1970 to 2049; the writer may have gone on
 * then.
 */
export function encodePage(text: Uint8Array, count: number, writer: CrlEntryWriter): boolean {
  const serial = new DecimalInteger(text);
  let at = 0;
  if (text[at++] !== BEGIN) return false;
  for (let left = count; left > 0; left--) {
    if (left < count && text[at++] !== COMMA) return false;
    if (text[at++] !== QUOTE) return false;
    at = serial.read(at);
    if (at < 0 || serial.size > MAX_SERIAL_SIZE) return false;
    if (text[at++] !== QUOTE || text[at++] !== COLON) return false;
    const start = at;
    let date = 0;
    for (;; at++) {
      const digit = (text[at] ?? 0) - ZERO;
      if (digit < 0 || digit > 9) break;
      date = date * 10 + digit;
    }
    if (at === start || !isUtcTime(date)) return false;
    writer.addDecimal(serial, date);
  }
  return text[at++] === END && at === text.length;
}
