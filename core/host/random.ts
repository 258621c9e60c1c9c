/** The one place where randomness enters: what `core/` needs of it is handed in from here. */
import type { Bytes } from "../bytes.ts";

/** `size` bytes of the system's cryptographic generator; at most 65 536 at once (Web Crypto 10.1.1). */
export function randomBytes(size: number): Bytes {
  return crypto.getRandomValues(new Uint8Array(size));
}
