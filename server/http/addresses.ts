/** From the names and addresses that an administrator gives to the numeric addresses to listen on. */
import { isIP, isIPv6 } from "node:net";
import { CaucaseError, describeError } from "../../core/errors.ts";

/** Numeric addresses of a host name, in the order of preference. */
export type Lookup = (host: string) => Promise<readonly string[]>;

/**
 * Every numeric address, v4 and v6, that `hosts` are or resolve to, each once, in their canonical form and without
 * brackets. `::` stands for all addresses of both families and `0.0.0.0` for all of IPv4, so what they cover is left
 * out: a second listener there would find the port in use.
 * @throws `usage` for a host that does not resolve
 */
export async function resolveAddresses(hosts: readonly string[], resolve: Lookup = systemLookup): Promise<string[]> {
  const resolved = await Promise.all(hosts.map((host) => resolveHost(host, resolve)));
  const addresses = [...new Set(resolved.flat())];
  if (addresses.includes("::")) return ["::"];
  if (addresses.includes("0.0.0.0")) return addresses.filter((address) => address === "0.0.0.0" || isIPv6(address));
  return addresses;
}

/** The form of a numeric address that equal addresses share; an IPv4 address in IPv6's clothes is IPv4. */
export function canonicalAddress(address: string): string {
  if (!isIPv6(address)) return address;
  const [numeric = "", zone] = address.split("%");
  const canonical = new URL(`http://[${numeric}]/`).hostname.slice(1, -1);
  const mapped = /^::ffff:([0-9a-f]+):([0-9a-f]+)$/.exec(canonical);
  if (mapped) return ipv4Of(parseInt(mapped[1] ?? "", 16), parseInt(mapped[2] ?? "", 16));
  return zone === undefined ? canonical : `${canonical}%${zone}`;
}

async function resolveHost(host: string, resolve: Lookup): Promise<string[]> {
  const bare = /^\[(.*)\]$/.exec(host)?.[1] ?? host;
  if (isIP(bare)) return [canonicalAddress(bare)];
  const addresses = await lookUp(bare, resolve);
  if (addresses.length > 0) return addresses.map(canonicalAddress);
  throw new CaucaseError("usage", `${host} resolves to no address`, { hint: HINT });
}

const HINT = "--bind says on which addresses to listen";

async function lookUp(host: string, resolve: Lookup): Promise<readonly string[]> {
  try {
    return await resolve(host);
  } catch (cause) {
    throw new CaucaseError("usage", `cannot resolve ${host}: ${describeError(cause)}`, { hint: HINT, cause });
  }
}

/** As every other program of this system sees it: hosts file first, then DNS. */
async function systemLookup(host: string): Promise<string[]> {
  // Loaded here: a server that was given addresses starts without.
  const { lookup } = await import("node:dns/promises");
  const found = await lookup(host, { all: true });
  return found.map(({ address }) => address);
}

function ipv4Of(high: number, low: number): string {
  return [high >> 8, high & 255, low >> 8, low & 255].join(".");
}
