/**
 * Fingerprints of CA certificates. The first CA certificate that a host sees comes over plain HTTP: with its
 * fingerprint, got over another way, a person vouches for it. Written `sha256:` and 64 hexadecimal digits: SHA-256 of
 * the certificate's DER, the number that `openssl x509 -fingerprint -sha256` prints.
 */
import { InvalidArgumentError } from "@commander-js/extra-typings";
import { CaucaseError } from "../core/errors.ts";
import type { Certificate } from "../core/x509/certificate.ts";

const PREFIX = "sha256:";

/** The fingerprint of a certificate, lower case, without colons between the digits. */
export async function caFingerprint({ der }: Certificate): Promise<string> {
  return PREFIX + new Uint8Array(await crypto.subtle.digest("SHA-256", der)).toHex();
}

/**
 * A fingerprint as people write it, in the form of `caFingerprint`; undefined when it is none. Case does not matter,
 * colons may stand between the digits, and the prefix may be missing.
 */
export function parseFingerprint(text: string): string | undefined {
  const [, digits] = /^(?:sha256:)?([0-9a-f]{64}|[0-9a-f]{2}(?::[0-9a-f]{2}){31})$/i.exec(text.trim()) ?? [];
  return digits && PREFIX + digits.replaceAll(":", "").toLowerCase();
}

/** Value of an option that takes a fingerprint. */
export function fingerprintOption(text: string): string {
  const fingerprint = parseFingerprint(text);
  if (fingerprint === undefined) throw new InvalidArgumentError("It must be sha256: and 64 hexadecimal digits.");
  return fingerprint;
}

/** @throws `untrusted` unless `expected`, in the form of `caFingerprint`, is the certificate's fingerprint */
export async function requireFingerprint(certificate: Certificate, expected: string): Promise<void> {
  const actual = await caFingerprint(certificate);
  if (actual === expected) return;
  throw new CaucaseError("untrusted", `the server's CA certificate has the fingerprint ${actual}, not ${expected}`, {
    hint:
      "nothing was stored; an older CA certificate may have expired since, or somebody answers in the server's place",
  });
}
