/**
 * The encrypted part of a backup. Plain bytes are cut into blocks, each followed by a code over all plain bytes so far,
 * so that blocks cannot be changed, swapped, repeated or left out; all that is encrypted. What is read comes block by
 * block, after its code was checked: no byte that somebody else wrote gets further, and a file of any size needs the
 * memory of one block.
 */
import { createHash, timingSafeEqual } from "node:crypto";
import type { Bytes } from "../bytes.ts";
import { CaucaseError, malformed } from "../errors.ts";
import { decryptCbc, encryptCbc } from "./aes_cbc.ts";
import { piecesOf } from "./chunks.ts";

/** Plain bytes in a block: 10 MiB. */
export const BLOCK_SIZE = 10 * 1024 * 1024;

/** What the stream is encrypted with. Fresh for every backup. */
export interface StreamKeys {
  /** 32 bytes, for HMAC-SHA-256. */
  readonly hmacKey: Uint8Array;
  /** 32 bytes, for AES-256-CBC. */
  readonly aesKey: Uint8Array;
  /** 16 bytes. Not a secret. */
  readonly iv: Uint8Array;
}

const CODE_SIZE = 32;

/** Bytes that are encrypted at once: statements alone would be too small, blocks need too much memory. */
const PIECE_SIZE = 256 * 1024;

/** Encrypts `plain`. Another `blockSize` than the format's is for tests of its borders. */
export function sealStream(
  plain: AsyncIterable<Uint8Array>,
  { hmacKey, aesKey, iv }: StreamKeys,
  blockSize = BLOCK_SIZE,
): AsyncGenerator<Uint8Array> {
  return encryptCbc(withCodes(plain, new PrefixCode(hmacKey), blockSize), { key: aesKey, iv });
}

/**
 * Plain bytes of what `sealStream` made, block by block. They are whole only when this ends without an error. A block
 * is good until the next one is asked for: it lies in the same memory.
 * @throws `untrusted` when a block is not what the maker wrote there, `malformed` when the file ends in the wrong place
 */
export async function* openStream(
  encrypted: AsyncIterable<Uint8Array>,
  { hmacKey, aesKey, iv }: StreamKeys,
  blockSize = BLOCK_SIZE,
): AsyncGenerator<Bytes> {
  const code = new PrefixCode(hmacKey);
  let number = 0;
  for await (const piece of piecesOf(decryptCbc(encrypted, { key: aesKey, iv }), blockSize + CODE_SIZE)) {
    number++;
    if (piece.length <= CODE_SIZE) throw malformed(`backup is cut off within its block ${number}`);
    const block = piece.subarray(0, -CODE_SIZE);
    code.add(block);
    if (!timingSafeEqual(code.current(), piece.subarray(-CODE_SIZE))) {
      throw new CaucaseError("untrusted", `block ${number} of the backup was changed, or the file is cut off there`);
    }
    yield block;
  }
}

async function* withCodes(
  plain: AsyncIterable<Uint8Array>,
  code: PrefixCode,
  size: number,
): AsyncGenerator<Uint8Array> {
  let missing = size;
  for await (const piece of piecesOf(plain, PIECE_SIZE)) {
    for (let rest: Uint8Array = piece; rest.length > 0;) {
      const part = rest.subarray(0, missing);
      rest = rest.subarray(part.length);
      missing -= part.length;
      code.add(part);
      yield part;
      if (missing > 0) continue;
      yield code.current();
      missing = size;
    }
  }
  if (missing < size) yield code.current();
}

/** HMAC-SHA-256 (RFC 2104) of a growing message. Made of hashes, as the runtime's HMAC cannot go on after a result. */
class PrefixCode {
  readonly #inner;
  readonly #outer;

  constructor(key: Uint8Array) {
    // Both pads have 64 bytes, SHA-256's block; a shorter key is filled with zeros.
    const pad = (value: number) => Uint8Array.from({ length: 64 }, (_, index) => (key[index] ?? 0) ^ value);
    this.#inner = createHash("sha256").update(pad(0x36));
    this.#outer = createHash("sha256").update(pad(0x5c));
  }

  add(bytes: Uint8Array): void {
    this.#inner.update(bytes);
  }

  /** Of all bytes added so far. */
  current(): Uint8Array {
    return this.#outer.copy().update(this.#inner.copy().digest()).digest();
  }
}
