/** IP addresses as text and as the bytes that names and name constraints hold (RFC 5280 4.2.1.6). */
import type { Bytes } from "../bytes.ts";

/**
 * 4 or 16 bytes of a numeric address; undefined where `text` is none. IPv6 is taken with or without brackets, in any
 * form of RFC 4291 2.2, without a zone.
 */
export function parseIpAddress(text: string): Bytes | undefined {
  const [, inner] = /^\[(.*)\]$/.exec(text) ?? [];
  return inner === undefined ? parseIpv4(text) ?? parseIpv6(text) : parseIpv6(inner);
}

/** Usual text of 4 or 16 bytes: dotted, or RFC 5952 without brackets. */
export function ipAddressToText(bytes: Uint8Array): string {
  if (bytes.length === 4) return bytes.join(".");
  const groups = bytes.toHex().replace(/.{4}(?=.)/g, "$&:");
  return new URL(`http://[${groups}]`).hostname.slice(1, -1);
}

function parseIpv4(text: string): Bytes | undefined {
  const parts = text.split(".");
  // No leading zeros: some readers would take them for octal.
  const valid = parts.length === 4 && parts.every((part) => /^(0|[1-9]\d{0,2})$/.test(part) && Number(part) < 256);
  return valid ? Uint8Array.from(parts, Number) : undefined;
}

function parseIpv6(text: string): Bytes | undefined {
  const halves = withoutDots(text)?.split("::").map(parseGroups) ?? [];
  const [head, tail] = halves;
  if (head === undefined || halves.length > 2 || (halves.length === 2 && tail === undefined)) return undefined;
  const missing = 16 - head.length - (tail?.length ?? 0);
  // "::" stands for at least one group.
  if (tail === undefined ? missing !== 0 : missing < 2) return undefined;
  return Uint8Array.from([...head, ...new Array<number>(missing).fill(0), ...(tail ?? [])]);
}

/** `text` with an IPv4 address at its end turned into the two groups that it stands for. */
function withoutDots(text: string): string | undefined {
  const [, front, dotted] = /^(.*:)([\d.]+\.[\d.]+)$/.exec(text) ?? [];
  if (front === undefined || dotted === undefined) return text;
  const hex = parseIpv4(dotted)?.toHex();
  return hex === undefined ? undefined : `${front}${hex.slice(0, 4)}:${hex.slice(4)}`;
}

/** Bytes of groups between colons. */
function parseGroups(text: string): number[] | undefined {
  const groups = text === "" ? [] : text.split(":");
  if (!groups.every((group) => /^[0-9a-f]{1,4}$/i.test(group))) return undefined;
  return groups.map((group) => parseInt(group, 16)).flatMap((group) => [group >> 8, group & 0xff]);
}
