/** Reads many revocations that SQLite wrote into one text: `date serial;date serial`, both decimal. */
import { DecimalInteger } from "../../../core/der/decimal_integer.ts";
import type { CrlEntryWriter } from "../../../core/x509/crl_entries.ts";

const SPACE = " ".charCodeAt(0);
const SEMICOLON = ";".charCodeAt(0);
const ZERO = "0".charCodeAt(0);

/** The first second that UTCTime cannot say. */
const DATE_LIMIT = Date.UTC(2050, 0) / 1000;
/** RFC 5280 4.1.2.2, with the sign bit. */
const MAX_SERIAL_SIZE = 20;

const serial = new DecimalInteger();

/**
 * Writes the entries of all `count` revocations in `text`. False when it does not hold as many, or one of them is not
 * simply a date from 1970 to 2049 and a serial number that a CRL can hold; the writer may have gone on then.
 */
export function encodePage(text: Uint8Array, count: number, writer: CrlEntryWriter): boolean {
  let at = 0;
  let found = 0;
  for (;; at++) {
    let date = 0;
    const start = at;
    for (; text[at] !== SPACE; at++) {
      const digit = (text[at] ?? NaN) - ZERO;
      if (!(digit >= 0 && digit <= 9)) return false;
      date = date * 10 + digit;
    }
    if (at === start || date >= DATE_LIMIT) return false;
    at = serial.read(text, at + 1);
    if (at < 0 || serial.size > MAX_SERIAL_SIZE) return false;
    writer.addDecimal(serial, date);
    found++;
    if (at === text.length) return found === count;
    if (text[at] !== SEMICOLON) return false;
  }
}
