/** What every way to a certificate for a user or a service has in common. */
import { orderedContent } from "../acme/order_csr.ts";
import { bytesToBigInt, type RandomSource } from "../bytes.ts";
import type { RequestedContent } from "../profiles/leaf_filters.ts";
import type { LeafOrder } from "../profiles/leaf_profile.ts";
import type { CertificationRequest } from "../x509/csr.ts";
import type { Origin } from "./events.ts";
import type { IssuedCertificate, Issuer } from "./issuer.ts";
import type { Issuers } from "./issuers.ts";
import type { IssuanceSettings } from "./settings.ts";

/**
 * Bytes of all pending requests together: the list of them is one text, with up to six characters for a byte, and
 * anybody may send requests with megabytes of text around.
 */
export const MAX_PENDING_BYTES = 16 * 1024 * 1024;

/** What decides about a certificate for a user or a service, besides the settings. */
export interface OrderedLeaf extends Pick<LeafOrder, "content" | "publicKey" | "now"> {
  readonly origin: Origin;
  /** Where it is not the one that signs today. */
  readonly issuer?: Issuer;
}

export async function issueLeaf(
  { origin, issuer: chosen, ...order }: OrderedLeaf,
  { issuers, settings }: { readonly issuers: Issuers; readonly settings: IssuanceSettings },
): Promise<IssuedCertificate> {
  const issuer = chosen ?? await issuers.ensureSigning(order.now);
  const { lifeSpan, crlDistributionPoint } = settings;
  return await issuer.issue({
    profile: "leaf",
    ...order,
    lifeSpan,
    autoSigned: origin.kind === "automatic",
    keepCaucasePolicies: origin.kind === "renewal" || origin.kind === "restore",
    crlDistributionPoint: crlDistributionPoint?.(issuer.keyIdentifier),
  });
}

/** What the certificate for a request says: all that it asks for, or what ACME takes over from it. */
export function contentFor(csr: CertificationRequest, origin: Origin | undefined): RequestedContent {
  return origin?.kind === "acme" ? orderedContent(csr) : csr;
}

/** 63 random bits, as SQLite's signed integers hold them. */
export function newRequestId(random: RandomSource): bigint {
  return bytesToBigInt(random(8)) >> 1n;
}
