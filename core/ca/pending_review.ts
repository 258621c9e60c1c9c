/** Pending requests, read for the person who decides about them. */
import { CaucaseError, describeError } from "../errors.ts";
import { OID } from "../der/oids.ts";
import { sha256Hex } from "../keys/hashes.ts";
import { checkLeaf, type LeafOrder, prepareLeaf } from "../profiles/leaf_profile.ts";
import type { ExtensionFacts, PendingDetails, ProfileChanges } from "../protocol/pending_details.ts";
import { type CertificationRequest, csrFromPem } from "../x509/csr.ts";
import { type Extension, findExtension, sameExtension } from "../x509/extension.ts";
import { describeKey, namesIn } from "../x509/subject_facts.ts";
import type { Origin } from "./events.ts";
import type { Issuer } from "./issuer.ts";
import type { Issuers } from "./issuers.ts";
import { contentFor } from "./leaf_issuing.ts";
import type { IssuanceSettings } from "./settings.ts";
import type { Arrival, CaStores, StoredRequest } from "./stores.ts";

export interface PendingReviewParts {
  readonly stores: CaStores;
  readonly issuers: Issuers;
  readonly settings: Pick<IssuanceSettings, "lifeSpan" | "crlDistributionPoint">;
}

export class PendingReview {
  constructor(private readonly parts: PendingReviewParts) {}

  /** All that are pending, in the order of their ids. */
  async list(now: number): Promise<readonly PendingDetails[]> {
    const { requests } = this.parts.stores;
    const pending = await requests.pending();
    const arrivals = await requests.arrivals();
    return await Promise.all(pending.map((request) => this.#describe(request, arrivals.get(request.id), now)));
  }

  /** @throws `not-found` for one that is not pending */
  async find(id: bigint, now: number): Promise<PendingDetails> {
    const { requests } = this.parts.stores;
    const request = await requests.find(id, now);
    if (request === undefined || request.certificatePem !== undefined) {
      throw new CaucaseError("not-found", `no request ${id} is pending`);
    }
    return await this.#describe(request, (await requests.arrivals()).get(id), now);
  }

  /** How many there are, and when the oldest came of those of which that is known. */
  async summary(): Promise<{ readonly count: number; readonly oldest: number | undefined }> {
    const { requests } = this.parts.stores;
    const pending = await requests.pending();
    const arrivals = await requests.arrivals();
    const times = pending.flatMap(({ id }) => arrivals.get(id)?.now ?? []);
    return { count: pending.length, oldest: times.length === 0 ? undefined : Math.min(...times) };
  }

  async #describe({ id, csr }: StoredRequest, arrival: Arrival | undefined, now: number): Promise<PendingDetails> {
    const about = {
      ca: this.parts.stores.name,
      id,
      receivedAt: arrival?.now ?? null,
      receivedFrom: arrival?.actor.kind === "anonymous" ? arrival.actor.address : null,
      account: arrival?.origin?.account ?? null,
    };
    try {
      const request = await csrFromPem(csr);
      return {
        ...about,
        ...namesIn(request),
        key: describeKey(request.publicKey.spki),
        requestedExtensions: request.extensions.map(extensionFacts),
        changes: await this.#changes(request, { origin: arrival?.origin, now }),
        fingerprint: sha256Hex(request.der),
      };
    } catch (error) {
      if (!(error instanceof CaucaseError)) throw error;
      // Another program took what nobody can read: it is listed nevertheless.
      return {
        ...about,
        ...UNREADABLE,
        changes: { ...UNCHANGED, refusal: describeError(error) },
        fingerprint: sha256Hex(csr),
      };
    }
  }

  async #changes(
    request: CertificationRequest,
    { origin, now }: { readonly origin: Origin | undefined; readonly now: number },
  ): Promise<ProfileChanges> {
    try {
      const content = contentFor(request, origin);
      const order = this.#order(
        { content, publicKey: request.publicKey },
        await this.parts.issuers.ensureSigning(now),
        now,
      );
      const prepared = prepareLeaf(order);
      checkLeaf(prepared, order);
      return changesOf(request.extensions, prepared.extensions);
    } catch (error) {
      if (!(error instanceof CaucaseError)) throw error;
      return { ...UNCHANGED, refusal: describeError(error) };
    }
  }

  #order(
    wanted: Pick<LeafOrder, "content" | "publicKey">,
    { certificate, keyIdentifier }: Issuer,
    now: number,
  ): LeafOrder {
    const { lifeSpan, crlDistributionPoint } = this.parts.settings;
    return {
      ...wanted,
      issuer: certificate,
      now,
      lifeSpan,
      // Any will do: this certificate is never made.
      serial: new Uint8Array(16).fill(1),
      crlDistributionPoint: crlDistributionPoint?.(keyIdentifier),
      autoSigned: false,
      keepCaucasePolicies: false,
    };
  }
}

const UNCHANGED: ProfileChanges = { dropped: [], changed: [], added: [], namesDropped: [], refusal: null };
const UNREADABLE = {
  ...{ subject: "", dns: [], ip: [], otherNames: [], requestedExtensions: [] },
  key: { kind: "unknown", sha256: "" },
};

function changesOf(requested: readonly Extension[], prepared: readonly Extension[]): ProfileChanges {
  const isIn = (list: readonly Extension[]) => ({ oid }: Extension) => findExtension(list, oid) !== undefined;
  const isChanged = (extension: Extension) => {
    const other = findExtension(prepared, extension.oid);
    return other !== undefined && !sameExtension(extension, other);
  };
  return {
    dropped: requested.filter((extension) => !isIn(prepared)(extension)).map(extensionFacts),
    changed: requested.filter(isChanged).map(extensionFacts),
    added: prepared.filter((extension) => !isIn(requested)(extension)).map(extensionFacts),
    namesDropped: namesDropped(requested, prepared),
    refusal: null,
  };
}

function namesDropped(requested: readonly Extension[], prepared: readonly Extension[]): string[] {
  const namesOf = (extensions: readonly Extension[]) => {
    const { dns, ip, otherNames } = namesIn({ subject: new Uint8Array(), extensions });
    return [...dns, ...ip, ...otherNames];
  };
  const kept = new Set(namesOf(prepared));
  return namesOf(requested).filter((name) => !kept.has(name));
}

/** What is told of an extension. */
export function extensionFacts({ oid, critical }: Omit<Extension, "value">): ExtensionFacts {
  return { oid, name: EXTENSION_NAMES[oid] ?? null, critical };
}

/** As RFC 5280 4.2 calls them. */
const EXTENSION_NAMES: Readonly<Record<string, string>> = {
  [OID.BASIC_CONSTRAINTS]: "basicConstraints",
  [OID.KEY_USAGE]: "keyUsage",
  [OID.EXTENDED_KEY_USAGE]: "extKeyUsage",
  [OID.SUBJECT_ALT_NAME]: "subjectAltName",
  [OID.CERTIFICATE_POLICIES]: "certificatePolicies",
  [OID.SUBJECT_KEY_IDENTIFIER]: "subjectKeyIdentifier",
  [OID.AUTHORITY_KEY_IDENTIFIER]: "authorityKeyIdentifier",
  [OID.CRL_DISTRIBUTION_POINTS]: "cRLDistributionPoints",
  [OID.NAME_CONSTRAINTS]: "nameConstraints",
};
