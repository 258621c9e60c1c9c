/** Ranges of IP addresses, as administrators write them (CIDR, RFC 4632). */
import { type Bytes, equalBytes } from "../../../core/bytes.ts";
import { malformed } from "../../../core/errors.ts";
import { ipAddressToText, parseIpAddress } from "../../../core/x509/ip_address.ts";

export interface IpRange {
  /** The first address: 4 or 16 bytes. */
  readonly first: Bytes;
  /** How many bits of it all addresses of the range share. */
  readonly bits: number;
}

/**
 * `10.0.0.0/8`, `fd00::/8`, or one address.
 * @throws `malformed`, also when the address is not the first of its range: one of both is a typing error then
 */
export function parseIpRange(text: string): IpRange {
  const [, address = "", size] = /^([^/]*)(?:\/(0|[1-9]\d{0,2}))?$/.exec(text) ?? [];
  const first = parseIpAddress(address);
  if (first === undefined) throw malformed("this is no range of addresses", { hint: "write it as 10.0.0.0/8" });
  const bits = Number(size ?? 8 * first.length);
  if (bits > 8 * first.length) throw malformed(`a range of such addresses has at most ${8 * first.length} bits`);
  const start = cutTo(first, bits);
  if (!equalBytes(start, first)) {
    throw malformed("this range does not begin at its address", { hint: `write ${ipAddressToText(start)}/${bits}` });
  }
  return { first, bits };
}

/** Whether an address of 4 or 16 bytes lies in the range. IPv4 lies in no range of IPv6. */
export function isWithin(address: Uint8Array, { first, bits }: IpRange): boolean {
  return address.length === first.length && equalBytes(cutTo(address, bits), first);
}

/** The address with all but its first `bits` set to zero. */
function cutTo(address: Uint8Array, bits: number): Bytes {
  return Uint8Array.from(address, (byte, index) => {
    const kept = Math.min(8, Math.max(0, bits - 8 * index));
    return byte & (0xff << (8 - kept));
  });
}
