/**
 * A pending request, read for the person who decides about it: answer to `GET csr` for
 * `Accept: application/vnd.caucase+json`, and of one to `GET csr/ID/details`: `GET csr/ID` is for anyone.
 */
import * as v from "valibot";
import type { KeyDescription } from "../x509/subject_facts.ts";
import { keyShape } from "./register.ts";
import { decimal, fromJsonText, optionalTimeToText, toJsonText, utcTime } from "./wire_values.ts";

/** The media type by which the details are asked for. */
export const DETAILS_TYPE = "application/vnd.caucase+json";

export interface ExtensionFacts {
  readonly oid: string;
  /** As RFC 5280 calls it; null for those that have no name here. */
  readonly name: string | null;
  readonly critical: boolean;
}

/** What the profile will make of the request, if it is signed as it is. */
export interface ProfileChanges {
  /** Extensions of the request that the certificate will not have. */
  readonly dropped: readonly ExtensionFacts[];
  /** Those that it will have with another value. */
  readonly changed: readonly ExtensionFacts[];
  /** Those that it will have without being asked. */
  readonly added: readonly ExtensionFacts[];
  /** Names of the request that it will not have. */
  readonly namesDropped: readonly string[];
  /** Why the request cannot be signed as it is; null when it can. */
  readonly refusal: string | null;
}

/** Times are Unix seconds. */
export interface PendingDetails {
  readonly ca: string;
  readonly id: bigint;
  /** RFC 4514; empty for none. */
  readonly subject: string;
  readonly dns: readonly string[];
  readonly ip: readonly string[];
  readonly otherNames: readonly string[];
  readonly key: KeyDescription;
  readonly requestedExtensions: readonly ExtensionFacts[];
  readonly changes: ProfileChanges;
  /** Null where the database does not say: another program took the request. */
  readonly receivedAt: number | null;
  /** Numeric address that it came from; null where the database does not say. */
  readonly receivedFrom: string | null;
  /** Id of the ACME account whose order waits for it; null for all other requests. */
  readonly account: string | null;
  /** SHA-256 of the request's DER, lower-case hex: what both sides of a telephone compare. */
  readonly fingerprint: string;
}

const ExtensionShape = v.object({ oid: v.string(), name: v.nullable(v.string()), critical: v.boolean() });

const DetailsShape = v.object({
  ca: v.string(),
  id: decimal,
  subject: v.string(),
  dns: v.array(v.string()),
  ip: v.array(v.string()),
  otherNames: v.array(v.string()),
  key: keyShape,
  requestedExtensions: v.array(ExtensionShape),
  changes: v.object({
    dropped: v.array(ExtensionShape),
    changed: v.array(ExtensionShape),
    added: v.array(ExtensionShape),
    namesDropped: v.array(v.string()),
    refusal: v.nullable(v.string()),
  }),
  receivedAt: v.nullable(utcTime),
  receivedFrom: v.nullable(v.string()),
  account: v.nullable(v.string()),
  fingerprint: v.string(),
});

const ListShape = v.object({ requests: v.array(DetailsShape) });

export function writePendingDetails(details: PendingDetails): string {
  return toJsonText(detailsJson(details));
}

/** @throws `malformed` */
export function readPendingDetails(text: string): PendingDetails {
  return fromJsonText(DetailsShape, text, "the request");
}

export function writePendingDetailsList(requests: readonly PendingDetails[]): string {
  return toJsonText({ requests: requests.map(detailsJson) });
}

/** @throws `malformed` */
export function readPendingDetailsList(text: string): readonly PendingDetails[] {
  return fromJsonText(ListShape, text, "the list of pending requests").requests;
}

function detailsJson(details: PendingDetails) {
  const { ca, id, subject, dns, ip, otherNames, key, requestedExtensions, changes } = details;
  const { receivedAt, receivedFrom, account, fingerprint } = details;
  return {
    ...{ ca, id, subject, dns, ip, otherNames, key, requestedExtensions, changes },
    receivedAt: optionalTimeToText(receivedAt),
    ...{ receivedFrom, account, fingerprint },
  };
}
