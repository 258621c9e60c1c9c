/**
 * Nonces (RFC 8555 6.5): numbers that count up, with a code over each that only this process can make. What is kept is
 * one bit for each of the last million: whether it was used. So a nonce is good once, whoever asks for nonces and never
 * uses them costs nothing, and nothing is written to the disk. The key is made with the process and never leaves it:
 * after a restart, and at every other server, all nonces are unknown, and their clients get `badNonce` with a new one,
 * which they try again with.
 */
import { createHmac, timingSafeEqual } from "node:crypto";
import { bigIntToPaddedBytes, bytesToBigInt, concatBytes, type RandomSource } from "../../core/bytes.ts";
import { fromBase64url, toBase64url } from "../../core/acme/json_web_key.ts";

/** How many nonces may be out: older ones are refused. A power of two. */
const REMEMBERED = 2 ** 20;

const COUNTER_BYTES = 8;
const CODE_BYTES = 16;

export class Nonces {
  readonly #key: Uint8Array;
  readonly #used: Uint8Array;
  #next = 0;

  /** @param remembered a multiple of 8 */
  constructor(random: RandomSource, private readonly remembered = REMEMBERED) {
    this.#key = random(32);
    this.#used = new Uint8Array(remembered / 8);
  }

  /** A new one. */
  issue(): string {
    const count = this.#next++;
    this.#mark(count, false);
    const counter = bigIntToPaddedBytes(BigInt(count), COUNTER_BYTES);
    return toBase64url(concatBytes(counter, this.#code(counter)));
  }

  /** Uses a nonce up. False where it is none of ours, too old, or used already. */
  use(nonce: string): boolean {
    const bytes = nonce.length > 64 ? undefined : fromBase64url(nonce);
    if (bytes?.length !== COUNTER_BYTES + CODE_BYTES) return false;
    const counter = bytes.subarray(0, COUNTER_BYTES);
    if (!timingSafeEqual(this.#code(counter), bytes.subarray(COUNTER_BYTES))) return false;
    const count = Number(bytesToBigInt(counter));
    if (count < this.#next - this.remembered || this.#isUsed(count)) return false;
    this.#mark(count, true);
    return true;
  }

  #code(counter: Uint8Array): Uint8Array {
    return createHmac("sha256", this.#key).update(counter).digest().subarray(0, CODE_BYTES);
  }

  #isUsed(count: number): boolean {
    const place = count % this.remembered;
    return ((this.#used[place >> 3] ?? 0) & (1 << (place & 7))) !== 0;
  }

  #mark(count: number, isUsed: boolean): void {
    const place = count % this.remembered;
    const bit = 1 << (place & 7);
    const byte = this.#used[place >> 3] ?? 0;
    this.#used[place >> 3] = isUsed ? byte | bit : byte & ~bit;
  }
}
