/** UTCTime written in place, without an object for each: CRLs have a time per entry. */

/** The years that UTCTime is for (RFC 5280 4.1.2.5), in Unix seconds. */
const FIRST = Date.UTC(1950, 0) / 1000;
const LAST = Date.UTC(2050, 0) / 1000 - 1;

/** Of `YYMMDDhhmmssZ`, in bytes. */
export const UTC_TIME_SIZE = 13;

const DAY = 86_400;
const ZERO = 0x30;

/** Whether a time is from 1950 to 2049. */
export function isUtcTime(unixSeconds: number): boolean {
  return unixSeconds >= FIRST && unixSeconds <= LAST;
}

export class UtcTimeWriter {
  /** The day that was written last, which is often that of the next one. */
  #day = NaN;
  readonly #digits = new Uint8Array(6);

  /**
   * Writes `YYMMDDhhmmssZ` and returns where it ends.
   * @param unixSeconds from 1950 to 2049
   */
  write(unixSeconds: number, buffer: Uint8Array, at: number): number {
    const day = Math.floor(unixSeconds / DAY);
    if (day !== this.#day) this.#setDay(day);
    const digits = this.#digits;
    for (let i = 0; i < 6; i++) buffer[at + i] = digits[i] ?? 0;
    // Small integers, which the runtime divides without floating point.
    const second = unixSeconds - day * DAY | 0;
    const minute = second / 60 | 0;
    const hour = minute / 60 | 0;
    putTwo(buffer, at + 6, hour);
    putTwo(buffer, at + 8, minute - hour * 60);
    putTwo(buffer, at + 10, second - minute * 60);
    buffer[at + 12] = "Z".charCodeAt(0);
    return at + UTC_TIME_SIZE;
  }

  #setDay(day: number): void {
    const date = new Date(day * DAY * 1000);
    putTwo(this.#digits, 0, date.getUTCFullYear() % 100);
    putTwo(this.#digits, 2, date.getUTCMonth() + 1);
    putTwo(this.#digits, 4, date.getUTCDate());
    this.#day = day;
  }
}

function putTwo(buffer: Uint8Array, at: number, value: number): void {
  const tens = value / 10 | 0;
  buffer[at] = ZERO + tens;
  buffer[at + 1] = ZERO + value - tens * 10;
}
