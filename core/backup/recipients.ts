/** The keys of a backup's stream, encrypted to each user and opened by one of them. */
import { type Bytes, concatBytes, type RandomSource } from "../bytes.ts";
import { CaucaseError, malformed } from "../errors.ts";
import type { PrivateKey } from "../keys/private_key.ts";
import type { PublicKey } from "../keys/public_key.ts";
import type { StreamKeys } from "./authenticated_stream.ts";
import { type BackupHeader, type Recipient, RSA_RECIPIENT_CIPHER } from "./container.ts";
import { decryptOaep, encryptOaep, maxOaepMessage } from "./rsa_oaep.ts";

/** Bytes of the HMAC key and of the AES key. */
const KEY_SIZE = 32;

/** The users' keys that will open a backup, and those that will not. */
export interface Audience {
  readonly recipients: readonly PublicKey[];
  /** Holders of keys that the format has no cipher for: EC, Ed25519, and RSA too short for two keys. */
  readonly leftOut: readonly PublicKey[];
}

/** Sorts users' keys, each once, however many certificates it has. */
export function audienceOf(keys: Iterable<PublicKey>): Audience {
  const distinct = [...new Map(Array.from(keys, (key) => [key.keyId, key])).values()];
  const canReceive = (key: PublicKey) => key.kind === "RSA" && maxOaepMessage(key) >= 2 * KEY_SIZE;
  return {
    recipients: distinct.filter(canReceive),
    leftOut: distinct.filter((key) => !canReceive(key)),
  };
}

/** The header of a backup that each of `recipients` can open. Throws `unacceptable` when there is none. */
export async function addressBackup(
  { hmacKey, aesKey, iv }: StreamKeys,
  recipients: readonly PublicKey[],
  random: RandomSource,
): Promise<BackupHeader> {
  if (recipients.length === 0) {
    throw new CaucaseError("unacceptable", "no user has a key that a backup can be encrypted to", {
      hint: "at least one user needs a valid certificate for an RSA key",
    });
  }
  const secret = concatBytes(hmacKey, aesKey);
  const encrypt = async (key: PublicKey): Promise<Recipient> => ({
    keyId: key.keyId,
    cipher: RSA_RECIPIENT_CIPHER,
    encryptedKey: await encryptOaep(key, secret, random),
  });
  return { iv: iv.slice(), recipients: await Promise.all(recipients.map(encrypt)) };
}

/**
 * The keys of the stream, by the private key of one of its recipients.
 * @throws `unacceptable` when the backup is not encrypted to the key
 * @throws `malformed` when what the header has for it was not encrypted to it
 */
export async function openAddressed({ iv, recipients }: BackupHeader, key: PrivateKey): Promise<StreamKeys> {
  const { keyId } = key.publicKey;
  const recipient = recipients.find((candidate) => candidate.keyId === keyId);
  if (recipient === undefined) {
    throw new CaucaseError("unacceptable", `the backup is not encrypted to the key ${keyId}`, {
      hint: "key-id --backup lists the keys that open it",
    });
  }
  const secret = await decrypt(key, recipient);
  return { hmacKey: secret.subarray(0, KEY_SIZE), aesKey: secret.subarray(KEY_SIZE), iv };
}

async function decrypt(key: PrivateKey, { keyId, encryptedKey }: Recipient): Promise<Bytes> {
  const secret = key.publicKey.kind === "RSA" ? await decryptOaep(key, encryptedKey) : undefined;
  if (secret?.length === 2 * KEY_SIZE) return secret;
  throw malformed(`backup: what its header has for the key ${keyId} cannot be decrypted with that key`);
}
