/** Reads many revocations that SQLite wrote into two texts: decimal serial numbers and dates. */
import { DecimalInteger } from "../../../core/der/decimal_integer.ts";
import { isUtcTime } from "../../../core/der/utc_time.ts";
import type { CrlEntryWriter } from "../../../core/x509/crl_entries.ts";

const SEMICOLON = ";".charCodeAt(0);
const ZERO = "0".charCodeAt(0);

/** RFC 5280 4.1.2.2, with the sign bit. */
const MAX_SERIAL_SIZE = 20;

/** As many serial numbers as dates, each followed by a semicolon but for the last. */
export interface PageTexts {
  readonly serials: Uint8Array;
  readonly dates: Uint8Array;
}

/**
 * Writes the entries of `count` revocations. False when the texts do not hold as many, or one of them is not simply a
 * serial number that a CRL can hold, with a date from 1970 to 2049; the writer may have gone on then.
 */
export function encodePage({ serials, dates }: PageTexts, count: number, writer: CrlEntryWriter): boolean {
  const serial = new DecimalInteger(serials);
  let serialEnd = -1;
  let dateEnd = -1;
  for (let left = count; left > 0; left--) {
    serialEnd = serial.read(serialEnd + 1);
    if (serialEnd < 0 || serial.size > MAX_SERIAL_SIZE) return false;
    const start = dateEnd + 1;
    dateEnd = start;
    let date = 0;
    for (;; dateEnd++) {
      const digit = (dates[dateEnd] ?? 0) - ZERO;
      if (digit < 0 || digit > 9) break;
      date = date * 10 + digit;
    }
    if (dateEnd === start || !isUtcTime(date)) return false;
    if (left > 1 && (serials[serialEnd] !== SEMICOLON || dates[dateEnd] !== SEMICOLON)) return false;
    writer.addDecimal(serial, date);
  }
  return serialEnd === serials.length && dateEnd === dates.length;
}
