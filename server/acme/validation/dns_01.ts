/** Proof by a TXT record (RFC 8555 8.4). */
import { utf8 } from "../../../core/bytes.ts";
import { digest } from "../../../core/keys/hashes.ts";
import { failed, quoted } from "./failure.ts";
import type { NameLookup } from "./name_lookup.ts";

export interface DnsProof {
  /** Without `*.` of a wildcard. */
  readonly name: string;
  readonly keyAuthorization: string;
}

/** Most records whose content a refusal tells. */
const RECORDS_TOLD = 3;

/**
 * One TXT record of `_acme-challenge.NAME` is the digest of the key authorization; others may stand beside it, and the
 * name may be an alias.
 * @throws `FailedAttempt`: `dns`, `incorrectResponse`
 */
export async function tryDns01(
  { name, keyAuthorization }: DnsProof,
  lookup: NameLookup,
  signal: AbortSignal,
): Promise<void> {
  const place = `_acme-challenge.${name}`;
  const expected = (await digest("SHA-256", utf8(keyAuthorization))).toBase64({
    alphabet: "base64url",
    omitPadding: true,
  });
  const texts = await lookup.texts(place, signal);
  if (texts.includes(expected)) return;
  const told = texts.slice(0, RECORDS_TOLD).map(quoted).join(", ");
  const more = texts.length > RECORDS_TOLD ? ` and ${texts.length - RECORDS_TOLD} more` : "";
  throw failed("incorrectResponse", `the TXT record of ${place} is ${told}${more}, and not ${expected}`);
}
