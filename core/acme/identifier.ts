/** What ACME certifies: host names, wildcards and addresses (RFC 8555 9.7.7, RFC 8738), which compare by their text. */
import { ipAddressToText, parseIpAddress } from "../x509/ip_address.ts";

export const IDENTIFIER_TYPES = ["dns", "ip"] as const;

/**
 * A `dns` value is lower case, of A-labels, without a dot at its end, perhaps with `*.` before it; an `ip` value is
 * dotted or of RFC 5952.
 */
export interface Identifier {
  readonly type: typeof IDENTIFIER_TYPES[number];
  readonly value: string;
}

const WILDCARD = "*.";
const LABEL = /^(?!-)[a-z0-9_-]{1,63}(?<!-)$/;
/** A label of digits alone at the end is an address, or would be taken for one. */
const NUMERIC_END = /^(\d+|0x[0-9a-f]*)$/;

/** The identifier of a host name, in any case of letters. Undefined where it is none that a certificate can name. */
export function dnsIdentifier(name: string): Identifier | undefined {
  const value = name.toLowerCase();
  const labels = baseName(value).split(".");
  const last = labels.at(-1) ?? "";
  const isName = value.length <= 253 && labels.every((label) => LABEL.test(label)) && !NUMERIC_END.test(last);
  return isName ? { type: "dns", value } : undefined;
}

/** The identifier of a numeric address without brackets, in any form. Undefined where it is none. */
export function ipIdentifier(text: string): Identifier | undefined {
  const bytes = text.startsWith("[") ? undefined : parseIpAddress(text);
  return bytes && { type: "ip", value: ipAddressToText(bytes) };
}

export function isWildcard({ type, value }: Identifier): boolean {
  return type === "dns" && value.startsWith(WILDCARD);
}

/** What is validated: the name without `*.`. */
export function withoutWildcard(identifier: Identifier): Identifier {
  return { ...identifier, value: baseName(identifier.value) };
}

/** Text that no other identifier has. */
export function identifierKey({ type, value }: Identifier): string {
  return `${type}:${value}`;
}

/** Each once, in the order of their texts. */
export function sortedIdentifiers(identifiers: readonly Identifier[]): readonly Identifier[] {
  const byKey = new Map(identifiers.map((identifier) => [identifierKey(identifier), identifier]));
  return [...byKey].sort(([a], [b]) => (a < b ? -1 : 1)).map(([_, identifier]) => identifier);
}

/** Whether both are the same names, in whatever order. */
export function sameIdentifiers(a: readonly Identifier[], b: readonly Identifier[]): boolean {
  return identifiersKey(a) === identifiersKey(b);
}

/** Text that stands for these names, in whatever order they come. */
export function identifiersKey(identifiers: readonly Identifier[]): string {
  return sortedIdentifiers(identifiers).map(identifierKey).join(" ");
}

function baseName(value: string): string {
  return value.startsWith(WILDCARD) ? value.slice(WILDCARD.length) : value;
}
