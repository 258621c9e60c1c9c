/**
 * Reads decimal digits and writes them as the content of an INTEGER, as `derInteger(BigInt(text))` does. Many times as
 * fast, which counts with the serial numbers of a large CRL.
 */

const ZERO = 0x30;

/**
 * Digits are taken in groups; each is multiplied by its power of ten, of which there are 24 bits in each limb, the
 * lowest first. Seven such products together stay below 2^53, where floating point is exact: carrying can wait.
 */
const GROUP = 7;
const GROUPS = 7;
const LIMB = 2 ** 24;
const LIMB_BYTES = 3;
const POWERS = Array.from({ length: GROUPS }, (_, group) => limbsOf(10n ** BigInt(group * GROUP)));

function limbsOf(number: bigint): Float64Array {
  const limbs: number[] = [];
  for (let rest = number; rest > 0n; rest /= BigInt(LIMB)) limbs.push(Number(rest % BigInt(LIMB)));
  return Float64Array.from(limbs);
}

/** A non-negative number of at most `MAX_DIGITS` digits. Used for one number after the other, so that none is made. */
export class DecimalInteger {
  static readonly MAX_DIGITS = 48;

  /** 48 digits are below 2^160. */
  readonly #limbs = new Float64Array(7);
  /** Bytes of the content. */
  size = 1;

  /**
   * Takes the digits of `text` from `at` up to the first character that is none.
   * @returns where that is; -1 without a digit, or with more than `MAX_DIGITS`
   */
  read(text: Uint8Array, at: number): number {
    let end = at;
    while (isDigit(text[end] ?? 0)) end++;
    if (end === at || end - at > DecimalInteger.MAX_DIGITS) return -1;
    const limbs = this.#limbs;
    limbs.fill(0);
    let groupEnd = end;
    for (const power of POWERS) {
      const start = Math.max(at, groupEnd - GROUP);
      let group = 0;
      for (let index = start; index < groupEnd; index++) group = group * 10 + (text[index] ?? 0) - ZERO;
      for (let index = 0; index < power.length; index++) {
        limbs[index] = (limbs[index] ?? 0) + group * (power[index] ?? 0);
      }
      groupEnd = start;
      if (start === at) break;
    }
    this.size = carry(limbs);
    return end;
  }

  /** Writes the content, `size` bytes, and returns where it ends. */
  write(buffer: Uint8Array, at: number): number {
    const end = at + this.size;
    let to = end;
    for (let index = 0; to > at; index++) {
      let limb = this.#limbs[index] ?? 0;
      for (let byte = 0; byte < LIMB_BYTES && to > at; byte++) {
        buffer[--to] = limb & 0xff;
        limb >>>= 8;
      }
    }
    return end;
  }
}

function isDigit(character: number): boolean {
  return character >= ZERO && character <= ZERO + 9;
}

/** Brings every limb below its limit. The size of the content: the sign bit counts (X.690 8.3.2). */
function carry(limbs: Float64Array): number {
  let rest = 0;
  let size = 1;
  for (let index = 0; index < limbs.length; index++) {
    const sum = (limbs[index] ?? 0) + rest;
    rest = Math.floor(sum / LIMB);
    const limb = sum - rest * LIMB;
    limbs[index] = limb;
    // A highest bit that is set needs one byte more before it.
    if (limb > 0) size = index * LIMB_BYTES + Math.floor((32 - Math.clz32(limb)) / 8) + 1;
  }
  return size;
}
