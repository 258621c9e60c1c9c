/** Refusals that every store gives in the same words. */
import { CaucaseError } from "../../core/errors.ts";

export function duplicateKey(keyId: string): CaucaseError {
  return new CaucaseError("duplicate-key", `the key ${keyId} is known already`, { hint: "make a new key" });
}

export function tooManyPending(limit: number): CaucaseError {
  return new CaucaseError("too-many-pending", `as many requests as allowed are pending (${limit})`, {
    hint: "sign or reject some of them first",
  });
}

export function alreadyRevoked(serial: bigint): CaucaseError {
  return new CaucaseError("already-revoked", `the certificate with serial ${serial} is revoked already`);
}
