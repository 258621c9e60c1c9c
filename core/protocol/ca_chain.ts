/** From the CA certificates one knows, along a signed chain, to the set to trust from now on. */
import * as v from "valibot";
import { equalBytes } from "../bytes.ts";
import { newestUsable } from "../ca/lifecycle.ts";
import { messageFromJson, type SignedMessage, verifyMessage } from "./envelope.ts";
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

/** The text of the link that goes from one CA certificate to the next, ready to be signed with the old key. */
export function linkPayload(oldPem: string, newPem: string): string {
  return JSON.stringify({ old_pem: oldPem, new_pem: newPem });
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
 * The CA certificates to trust: those of `known` that have not expired, and those that the chain leads to from the newest of
 * them. Oldest first.
 *
 * Links with a bad signature are skipped. Up to the certificate to start from anything may stand in the chain; after it each
 * link must start from the certificate that was accepted just before.
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
      hint: "get the current one over a way that you trust, and replace the stored ones by hand",
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
    await verifyMessage(message, old.publicKey);
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
