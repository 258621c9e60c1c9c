/** The hash functions that signatures may use. */
import { createHash } from "node:crypto";
import type { Bytes } from "../bytes.ts";
import { OID } from "../der/oids.ts";

/** By their WebCrypto names. */
export type HashName = "SHA-256" | "SHA-384" | "SHA-512";

/** Length of a digest in bytes. */
export const HASH_SIZE: Readonly<Record<HashName, number>> = { "SHA-256": 32, "SHA-384": 48, "SHA-512": 64 };

export const HASH_OID: Readonly<Record<HashName, string>> = {
  "SHA-256": OID.SHA256,
  "SHA-384": OID.SHA384,
  "SHA-512": OID.SHA512,
};

/** Bytes that are hashed faster on the spot than WebCrypto hands them to another thread: in under 0.1 ms. */
const SMALL = 64 * 1024;

/** As `node:crypto` names them. */
export const NODE_HASH = { "SHA-1": "sha1", "SHA-256": "sha256", "SHA-384": "sha384", "SHA-512": "sha512" } as const;

/**
 * Digest of `data`; of much data off the thread. SHA-1 is for key identifiers only, where nothing depends on its
 * strength.
 */
export async function digest(name: HashName | "SHA-1", data: Uint8Array): Promise<Bytes> {
  if (data.length <= SMALL) return new Uint8Array(createHash(NODE_HASH[name]).update(data).digest());
  return new Uint8Array(await crypto.subtle.digest(name, webCryptoBytes(data)));
}

/** SHA-256 of little data, lower-case hex. */
export function sha256Hex(data: Uint8Array): string {
  return createHash(NODE_HASH["SHA-256"]).update(data).digest("hex");
}

/** The same bytes as WebCrypto takes them: no copy, unless they lie in shared memory. */
export function webCryptoBytes(data: Uint8Array): Bytes {
  return data.buffer instanceof ArrayBuffer ? data as Bytes : data.slice();
}
