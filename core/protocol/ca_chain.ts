/**
 * The chain of CA certificates, answer to `GET crt/ca.crt.json`: from the oldest to the newest, a list of messages
 * `{"old_pem": …, "new_pem": …}`, each signed by the key of `old_pem`. It leads from the CA certificates one knows to
 * those to trust.
 */
import * as v from "valibot";
import { equalBytes } from "../bytes.ts";
import { newestUsable } from "../ca/lifecycle.ts";
import {
  messageFromJson,
  messageToJson,
  requireHolder,
  type SignedMessage,
  signMessageWith,
  type VouchingCa,
} from "./envelope.ts";
import { CaucaseError, malformed } from "../errors.ts";
import { parseJson } from "../json.ts";
import { type Certificate, certificateFromPem } from "../x509/certificate.ts";

const LinkShape = v.object({ old_pem: v.string(), new_pem: v.string() });
const ChainShape = v.array(v.unknown());

/** A link of the chain: the key of `old` vouches for `next`. */
interface Link {
  readonly old: Certificate;
  readonly next: Certificate;
}

/** The chain from the first of `members` to the last, as JSON text. Oldest first; empty for a single one. */
export async function signChain(members: readonly VouchingCa[]): Promise<string> {
  const links = members.slice(1).map(async (next, index) => {
    const old = members[index];
    if (old === undefined) throw new Error("a link needs two certificates");
    const payload = JSON.stringify({ old_pem: old.certificatePem, new_pem: next.certificatePem });
    return messageToJson(await signMessageWith(payload, old.messageSigner));
  });
  return JSON.stringify(await Promise.all(links));
}

/** The messages of a chain as it was received (`ca.crt.json`). Throws `malformed`. */
export function parseChain(text: string): SignedMessage[] {
  const list = v.safeParse(ChainShape, parseJson(text, "the chain of CA certificates"));
  if (!list.success) throw malformed("the chain of CA certificates is not a list");
  return list.output.map((item) => {
    const message = messageFromJson(item);
    if (message.digest === null) throw malformed("the chain of CA certificates has a link without a signature");
    return message;
  });
}

/**
 * The CA certificates to trust: those of `known` that have not expired, and those that the chain leads to from the
 * newest of them. Oldest first.
 *
 * Links with a bad signature are skipped. Up to the certificate to start from anything may stand in the chain; after
 * it each link must start from the certificate that was accepted just before.
 *
 * @throws `untrusted` when all of `known` have expired, or the chain breaks after the start
 */
export async function followChain(
  known: readonly Certificate[],
  chain: readonly SignedMessage[],
  now: number,
): Promise<Certificate[]> {
  const trusted = known.filter((certificate) => now <= certificate.notAfter);
  let last = newestUsable(trusted, now);
  if (last === undefined) {
    throw new CaucaseError("untrusted", "all known CA certificates have expired", {
      hint: "get the current one over a channel that you trust, and replace the stored ones by hand",
    });
  }
  let started = false;
  for (const message of chain) {
    const link = await genuineLink(message);
    if (link === undefined) continue;
    const continues = equalBytes(link.old.der, last.der);
    if (!continues && started) throw new CaucaseError("untrusted", "the chain of CA certificates is broken");
    if (!continues) continue;
    started = true;
    last = link.next;
    if (now <= last.notAfter) trusted.push(last);
  }
  return withoutRepeats(trusted);
}

/** The link in `message`, or undefined when the old key did not sign it. */
async function genuineLink(message: SignedMessage): Promise<Link | undefined> {
  const payload = v.safeParse(LinkShape, parseJson(message.payload, "a link of the chain of CA certificates"));
  if (!payload.success) throw malformed("a link of the chain of CA certificates lacks old_pem or new_pem");
  const old = await certificateFromPem(payload.output.old_pem);
  try {
    await requireHolder(message, old);
  } catch (error) {
    if (error instanceof CaucaseError) return undefined;
    throw error;
  }
  const next = await certificateFromPem(payload.output.new_pem);
  if (!next.isCa) throw new CaucaseError("untrusted", "the chain leads to a certificate that is not one of a CA");
  return { old, next };
}

function withoutRepeats(certificates: readonly Certificate[]): Certificate[] {
  return certificates.filter((one, index) =>
    certificates.findIndex((other) => equalBytes(one.der, other.der)) === index
  );
}
