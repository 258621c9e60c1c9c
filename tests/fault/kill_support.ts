/** What tests of killed servers share. */
import assert from "node:assert/strict";
import { parseKeySet } from "../../core/cors/key_set.ts";
import { findKeyFile } from "../../core/host/key_file.ts";

/** The key files in `folder`, where they are there, hold a key and its certificate, and keys for consents. */
export async function assertKeyFilesWhole(folder: string): Promise<void> {
  const pair = await findKeyFile(`${folder}/server.key.pem`);
  if (pair !== undefined) {
    assert.ok(pair.key && pair.certificate, "server.key.pem holds key and certificate");
    assert.equal(pair.key.publicKey.keyId, pair.certificate.publicKey.keyId, "server.key.pem holds a pair");
  }
  const keys = await Deno.readTextFile(`${folder}/cors.key`).catch((error) => {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  });
  if (keys !== undefined) assert.ok(parseKeySet(keys).length > 0, "cors.key holds a key");
}

/** Mulberry32: the same numbers from 0 to 1 in every run, so that a failure comes again. */
export function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = state + 0x6d2b79f5 | 0;
    let mixed = Math.imul(state ^ state >>> 15, 1 | state);
    mixed = mixed + Math.imul(mixed ^ mixed >>> 7, 61 | mixed) ^ mixed;
    return ((mixed ^ mixed >>> 14) >>> 0) / 2 ** 32;
  };
}
