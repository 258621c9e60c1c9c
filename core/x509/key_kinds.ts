/** Kinds of keys in errors: which are taken, and how those that are not are called. */

/** What to do about a key that is not taken. */
export const KEYS_TAKEN = "use RSA of 2048 bits or more, EC on P-256, P-384 or P-521, or Ed25519";

/** What to do about a curve that is not taken. */
export const CURVES_TAKEN = "use P-256, P-384 or P-521";

/** Algorithms of keys, and curves, that are not taken, by object identifier. */
const NAMES: Readonly<Record<string, string>> = {
  "1.2.840.10040.4.1": "DSA",
  "1.2.840.10046.2.1": "X9.42 Diffie-Hellman",
  "1.2.840.113549.1.3.1": "Diffie-Hellman",
  "1.3.101.110": "X25519",
  "1.3.101.111": "X448",
  "1.3.101.113": "Ed448",
  "2.16.840.1.101.3.4.3.17": "ML-DSA-44",
  "2.16.840.1.101.3.4.3.18": "ML-DSA-65",
  "2.16.840.1.101.3.4.3.19": "ML-DSA-87",
  "1.2.840.10045.3.1.1": "P-192",
  "1.3.132.0.33": "P-224",
  "1.3.132.0.10": "secp256k1",
  "1.3.36.3.3.2.8.1.1.7": "brainpoolP256r1",
  "1.3.36.3.3.2.8.1.1.11": "brainpoolP384r1",
  "1.3.36.3.3.2.8.1.1.13": "brainpoolP512r1",
  "1.2.156.10197.1.301": "SM2",
};

/** How people call the kind of key or curve with that object identifier. */
export function kindName(oid: string): string {
  return NAMES[oid] ?? oid;
}
