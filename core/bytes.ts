/** Small operations on byte arrays that the platform does not offer by itself. */

/** Bytes backed by an ordinary buffer, as WebCrypto and files want them. */
export type Bytes = Uint8Array<ArrayBuffer>;

/** Where randomness comes from: `size` bytes, fit for keys. */
export type RandomSource = (size: number) => Bytes;

const encoder = new TextEncoder();
const strictDecoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** UTF-8 bytes of `text`. */
export function utf8(text: string): Bytes {
  return encoder.encode(text);
}

/** Text of UTF-8 `bytes`; throws `TypeError` where they are not UTF-8. */
export function fromUtf8(bytes: Uint8Array): string {
  return strictDecoder.decode(bytes);
}

export function concatBytes(...parts: readonly Uint8Array[]): Bytes {
  return joinBytes(parts);
}

/** As `concatBytes`, for any number of parts. */
export function joinBytes(parts: readonly Uint8Array[]): Bytes {
  const joined = new Uint8Array(totalLength(parts));
  putAll(joined, 0, parts);
  return joined;
}

export function totalLength(parts: readonly { readonly length: number }[]): number {
  let total = 0;
  for (const { length } of parts) total += length;
  return total;
}

/** Up to this many bytes, a loop copies faster than the runtime is called. */
const SHORT = 24;

/** Writes `parts` one after the other into `target`, from `at` on. */
export function putAll(target: Uint8Array, at: number, parts: readonly Uint8Array[]): void {
  for (const part of parts) {
    if (part.length > SHORT) target.set(part, at);
    else for (let index = 0; index < part.length; index++) target[at + index] = part[index] ?? 0;
    at += part.length;
  }
}

/** Whether both hold the same bytes. Not constant-time: never for secrets. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/** The unsigned big-endian number that `bytes` hold. */
export function bytesToBigInt(bytes: Uint8Array): bigint {
  return bytes.length === 0 ? 0n : BigInt("0x" + bytes.toHex());
}

/** Big-endian bytes of a non-negative number, as few as it needs (one for zero). */
export function bigIntToBytes(value: bigint): Bytes {
  const hex = value.toString(16);
  return Uint8Array.fromHex(hex.length % 2 ? "0" + hex : hex);
}

/** Big-endian bytes of a non-negative number, zeros in front up to `size`, which must be enough. */
export function bigIntToPaddedBytes(value: bigint, size: number): Bytes {
  const bytes = bigIntToBytes(value);
  return concatBytes(new Uint8Array(size - bytes.length), bytes);
}
