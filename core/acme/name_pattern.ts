/** Which names may be ordered: `--acme-allow`, `--acme-deny`, and what an external account key says. */
import type { Bytes } from "../bytes.ts";
import { malformed } from "../errors.ts";
import { parseIpAddress } from "../x509/ip_address.ts";
import { dnsIdentifier, type Identifier, ipIdentifier } from "./identifier.ts";

/**
 * Patterns as people write them, checked: `host.example.org` is that name, `*.example.org` each name below it and the
 * wildcards among these, `10.0.0.0/8` and `fd00::/8` addresses, `10.0.0.1` that address.
 */
export type NamePatterns = readonly string[];

/** @throws `malformed` for a text that is no pattern */
export function readNamePatterns(texts: readonly string[]): NamePatterns {
  return texts.map((text) => {
    const pattern = text.toLowerCase();
    if (networkOf(pattern) ?? ipIdentifier(pattern) ?? dnsIdentifier(pattern)) return pattern;
    throw malformed(`${JSON.stringify(text)} is no pattern of names`, {
      hint: "write host.example.org, *.example.org, 10.0.0.1 or 10.0.0.0/8",
    });
  });
}

export function matchesAny(patterns: NamePatterns, identifier: Identifier): boolean {
  return patterns.some((pattern) => matches(pattern, identifier));
}

/** What decides whether names may be ordered. */
export interface NameRules {
  /** Lists each of which has to have the name; undefined ones have all. */
  readonly allow: readonly (NamePatterns | undefined)[];
  readonly deny: NamePatterns;
}

export function isAllowed({ allow, deny }: NameRules, identifier: Identifier): boolean {
  return allow.every((patterns) => patterns === undefined || matchesAny(patterns, identifier)) &&
    !matchesAny(deny, identifier) && !coversDenied(deny, identifier);
}

/** A wildcard stands for names that may be denied one by one. */
function coversDenied(deny: NamePatterns, { type, value }: Identifier): boolean {
  if (type !== "dns" || !value.startsWith("*.")) return false;
  const suffix = value.slice(1);
  return deny.some((pattern) => {
    const isBelow = pattern.endsWith(suffix);
    return isBelow && !pattern.slice(0, -suffix.length).includes(".");
  });
}

function matches(pattern: string, { type, value }: Identifier): boolean {
  if (type === "dns") return pattern === value || (pattern.startsWith("*.") && value.endsWith(pattern.slice(1)));
  const network = networkOf(pattern);
  const address = parseIpAddress(value);
  if (network === undefined || address === undefined) return ipIdentifier(pattern)?.value === value;
  return network.address.length === address.length && sameStart(network.address, address, network.bits);
}

interface Network {
  readonly address: Bytes;
  readonly bits: number;
}

function networkOf(pattern: string): Network | undefined {
  const [, text = "", bitsText = ""] = /^([0-9a-f.:]+)\/(\d{1,3})$/.exec(pattern) ?? [];
  const address = parseIpAddress(text);
  const bits = Number(bitsText);
  return address === undefined || bits > address.length * 8 ? undefined : { address, bits };
}

function sameStart(a: Uint8Array, b: Uint8Array, bits: number): boolean {
  return a.every((byte, index) => {
    const shift = Math.max(0, 8 - Math.max(0, bits - index * 8));
    return byte >> shift === (b[index] ?? 0) >> shift;
  });
}
