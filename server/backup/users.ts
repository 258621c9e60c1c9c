/** Whom a backup is encrypted to: every user with a valid certificate in it. */
import { CaucaseError } from "../../core/errors.ts";
import { type Certificate, certificateFromPem, isValidAt } from "../../core/x509/certificate.ts";
import type { PublicKey } from "../../core/keys/public_key.ts";
import type { Snapshot } from "../storage/sqlite/snapshot.ts";

/**
 * Keys of the users' certificates that are valid at `now` and not revoked. What cannot be read is nobody's certificate.
 */
export async function userKeys(snapshot: Snapshot, now: number): Promise<PublicKey[]> {
  const keys: PublicKey[] = [];
  for (const stored of snapshot.userCertificates()) {
    const certificate = await readable(stored);
    if (certificate === undefined || !isValidAt(certificate, now)) continue;
    if (!snapshot.isUserRevoked(certificate.serial)) keys.push(certificate.publicKey);
  }
  return keys;
}

async function readable(stored: string): Promise<Certificate | undefined> {
  try {
    return await certificateFromPem(stored);
  } catch (error) {
    if (error instanceof CaucaseError) return undefined;
    throw error;
  }
}
