/** The fingerprint of a request, as a person says it. */
import { InvalidArgumentError } from "@commander-js/extra-typings";
import { spokenFingerprint } from "../output/fingerprint.ts";

/** Value of an option: at least the first line of it. */
export function requestFingerprintOption(text: string): string {
  const digits = spokenFingerprint(text);
  if (digits === undefined) {
    throw new InvalidArgumentError("It must be 64 hexadecimal digits, or the first 32 of them.");
  }
  return digits;
}
