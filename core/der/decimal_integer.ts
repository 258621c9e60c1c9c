/**
 * Reads decimal digits and writes them as the content of an INTEGER, as `derInteger(BigInt(text))` does. Many times as
 * fast, which counts with the serial numbers of a large CRL.
 */

const ZERO = 0x30;

/** As many digits at a time as keep a product with a limb below 2^53, where floating point is exact. */
const GROUP = 8;
const POWERS = Float64Array.from({ length: GROUP + 1 }, (_, exponent) => 10 ** exponent);
const LIMB = 2 ** 24;
const LIMB_BYTES = 3;

/** One number after the other of a text, each not negative and of at most `MAX_DIGITS` digits. */
export class DecimalInteger {
  static readonly MAX_DIGITS = 48;

  readonly #text: DataView;
  /** 48 digits are below 2^160: seven limbs, and one more of which no number has any. The lowest is first. */
  readonly #limbs = new Float64Array(8);
  /** Bytes of the content of the number that was read last. */
  size = 1;

  constructor(text: Uint8Array) {
    this.#text = new DataView(text.buffer, text.byteOffset, text.length);
  }

  /**
   * Takes the digits from `at` up to the first character that is none.
   * @returns where that is; -1 without a digit, or with more than `MAX_DIGITS`
   */
  read(at: number): number {
    const text = this.#text;
    this.#limbs.fill(0);
    let end = at;
    for (let groups = 1;; groups++) {
      const start = end;
      let group = 0;
      while (end - start < GROUP) {
        const four = fourDigits(text, end);
        if (four < 0) break;
        group = group * 10_000 + four;
        end += 4;
      }
      for (; end - start < GROUP && end < text.byteLength; end++) {
        const digit = text.getUint8(end) - ZERO;
        if (digit < 0 || digit > 9) break;
        group = group * 10 + digit;
      }
      if (end === at || end - at > DecimalInteger.MAX_DIGITS) return -1;
      this.#append(group, end - start, groups);
      if (end - start < GROUP) break;
    }
    this.size = contentSize(this.#limbs);
    return end;
  }

  /** Writes the content, `size` bytes, and returns where it ends. */
  write(buffer: Uint8Array, at: number): number {
    const end = at + this.size;
    let to = end;
    let index = 0;
    for (; to - at >= LIMB_BYTES; to -= LIMB_BYTES) {
      const limb = this.#limbs[index++] ?? 0;
      buffer[to - 1] = limb;
      buffer[to - 2] = limb >>> 8;
      buffer[to - 3] = limb >>> 16;
    }
    for (let limb = this.#limbs[index] ?? 0; to > at; limb >>>= 8) buffer[--to] = limb;
    return end;
  }

  /** Multiplies by ten to the power of `digits`, and adds `group`. So many groups have at most one limb more. */
  #append(group: number, digits: number, groups: number): void {
    const limbs = this.#limbs;
    const factor = POWERS[digits] ?? 1;
    let carry = group;
    for (let index = 0; index <= groups; index++) {
      const product = (limbs[index] ?? 0) * factor + carry;
      carry = Math.floor(product / LIMB);
      limbs[index] = product - carry * LIMB;
    }
  }
}

/** Four digits at once, each in a byte of its own until they are brought together; -1 where there are none. */
function fourDigits(text: DataView, at: number): number {
  if (at + 4 > text.byteLength) return -1;
  const digits = text.getUint32(at, true) ^ 0x30303030;
  // Up to 9 there is no higher bit, neither before nor after six was added.
  if (((digits + 0x06060606 | digits) & 0xf0f0f0f0) !== 0) return -1;
  const pairs = Math.imul(digits, 10) + (digits >>> 8) & 0x00ff00ff;
  return Math.imul(pairs, 100) + (pairs >>> 16) & 0xffff;
}

/** The sign bit counts: one more byte where the first would have it set (X.690 8.3.2). */
function contentSize(limbs: Float64Array): number {
  let highest = limbs.length - 1;
  while (highest > 0 && limbs[highest] === 0) highest--;
  const bits = 32 - Math.clz32(limbs[highest] ?? 0);
  return highest * LIMB_BYTES + Math.floor(bits / 8) + 1;
}
