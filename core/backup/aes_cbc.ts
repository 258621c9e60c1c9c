/** AES-256-CBC with PKCS#7 padding (RFC 5652 6.3) over streams; WebCrypto has it for whole messages only. */
import { createCipheriv, createDecipheriv } from "node:crypto";
import { malformed } from "../errors.ts";

export interface CbcKey {
  /** 32 bytes. */
  readonly key: Uint8Array;
  /** 16 bytes, never used with the same key before. */
  readonly iv: Uint8Array;
}

/** Bytes of AES's blocks. */
const BLOCK = 16;

export async function* encryptCbc(plain: AsyncIterable<Uint8Array>, { key, iv }: CbcKey): AsyncGenerator<Uint8Array> {
  const cipher = createCipheriv("aes-256-cbc", key, iv);
  for await (const chunk of plain) yield cipher.update(chunk);
  yield cipher.final();
}

/**
 * The plain bytes as they come, without the padding.
 * @throws `malformed`, after all of them, when the padding at the end is not right in every byte
 */
export async function* decryptCbc(
  encrypted: AsyncIterable<Uint8Array>,
  { key, iv }: CbcKey,
): AsyncGenerator<Uint8Array> {
  // The padding is looked at here: the runtime would need the whole message to say what is wrong with it.
  const decipher = createDecipheriv("aes-256-cbc", key, iv).setAutoPadding(false);
  let size = 0;
  let last = new Uint8Array();
  for await (const chunk of encrypted) {
    size += chunk.length;
    const plain = decipher.update(chunk);
    if (plain.length === 0) continue;
    yield last;
    yield plain.subarray(0, -BLOCK);
    last = new Uint8Array(plain.subarray(-BLOCK));
  }
  if (size === 0 || size % BLOCK !== 0) {
    throw malformed(`backup is cut off: ${size} encrypted bytes are no whole blocks`);
  }
  yield withoutPadding(last);
}

function withoutPadding(block: Uint8Array): Uint8Array {
  const length = block.at(-1) ?? 0;
  const isPadding = length >= 1 && length <= BLOCK && block.subarray(-length).every((byte) => byte === length);
  if (!isPadding) throw malformed("backup is cut off or was changed: its padding is wrong");
  return block.subarray(0, -length);
}
