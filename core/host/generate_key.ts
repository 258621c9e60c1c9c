/** Makes private keys: the one place where their randomness comes from. */
import { CaucaseError } from "../errors.ts";
import { parsePrivateKeyDer, type PrivateKey } from "../keys/private_key.ts";

const MIN_BITS = 2048;
const MAX_BITS = 16384;

/** A new RSA key with the public exponent 65537. Throws `unacceptable` unless `bits` is from 2048 to 16384. */
export async function generateRsaKey(bits: number): Promise<PrivateKey> {
  requireRsaBits(bits);
  const algorithm = {
    name: "RSASSA-PKCS1-v1_5",
    modulusLength: bits,
    publicExponent: Uint8Array.of(1, 0, 1),
    hash: "SHA-256",
  };
  const pair = await crypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
  return await parsePrivateKeyDer(new Uint8Array(await crypto.subtle.exportKey("pkcs8", pair.privateKey)));
}

/** @throws `unacceptable` unless `bits` is from 2048 to 16384 */
export function requireRsaBits(bits: number): void {
  if (!Number.isInteger(bits) || bits < MIN_BITS || bits > MAX_BITS) {
    throw new CaucaseError("unacceptable", `cannot make an RSA key of ${bits} bits`, {
      hint: `choose from ${MIN_BITS} to ${MAX_BITS}`,
    });
  }
}
