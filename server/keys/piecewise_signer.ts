/**
 * Signs megabytes that come in pieces where they lie. WebCrypto would want them in one piece, copies that once more,
 * and takes several times as long.
 */
import { Buffer } from "node:buffer";
import { createHash, createPrivateKey, createSign } from "node:crypto";
import type { Bytes } from "../../core/bytes.ts";
import { type HashName, NODE_HASH } from "../../core/keys/hashes.ts";
import type { PrivateKey } from "../../core/keys/private_key.ts";
import type { DataToSign, Signer } from "../../core/keys/signer.ts";
import { nextTurn } from "../next_turn.ts";

/** From here on it pays off to sign on this thread. In bytes. */
const LARGE = 1 << 20;
/** Bytes that are hashed while everything else waits: less than a millisecond. */
const SLICE = 1 << 20;

/** `signer` of the same key, for what is small and for algorithms that `node:crypto` is not asked for. */
export function piecewiseSigner(signer: Signer, key: PrivateKey): Signer {
  const { algorithm, publicKey } = signer;
  if (algorithm.scheme !== "RSASSA-PKCS1-v1_5" && algorithm.scheme !== "ECDSA") return signer;
  const { hash } = algorithm;
  const imported = importKey(key);
  return {
    algorithm,
    publicKey,
    async sign(data) {
      if (data instanceof Uint8Array || !isLarge(data)) return await signer.sign(data);
      const signing = createSign(NODE_HASH[hash]);
      await eachSlice(data, (slice) => signing.update(slice));
      return new Uint8Array(signing.sign(imported));
    },
  };
}

/** Digest of all pieces together. */
export async function digestInSlices(hash: HashName, pieces: readonly Uint8Array[]): Promise<Bytes> {
  const hashing = createHash(NODE_HASH[hash]);
  await eachSlice(pieces, (slice) => hashing.update(slice));
  return new Uint8Array(hashing.digest());
}

/** Hands pieces on in slices, and lets others go on in between. */
export async function eachSlice(pieces: readonly Uint8Array[], take: (slice: Uint8Array) => void): Promise<void> {
  let taken = 0;
  for (const piece of pieces) {
    for (let at = 0; at < piece.length; at += SLICE) {
      const slice = piece.subarray(at, at + SLICE);
      if (taken > 0 && taken + slice.length > SLICE) {
        await nextTurn();
        taken = 0;
      }
      take(slice);
      taken += slice.length;
    }
  }
}

function isLarge(data: Exclude<DataToSign, Uint8Array>): boolean {
  return data.reduce((total, { length }) => total + length, 0) >= LARGE;
}

function importKey({ pkcs8 }: PrivateKey) {
  return createPrivateKey({
    key: Buffer.from(pkcs8.buffer, pkcs8.byteOffset, pkcs8.length),
    format: "der",
    type: "pkcs8",
  });
}
