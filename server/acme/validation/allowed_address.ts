/**
 * Where the validator may connect. A stranger chooses the names, what the DNS says of them, and where a host redirects
 * to: so each address is judged before it is connected to, with all addresses that hide in it.
 */
import { type Bytes, equalBytes } from "../../../core/bytes.ts";
import { ipAddressToText, parseIpAddress } from "../../../core/x509/ip_address.ts";
import { type IpRange, isWithin, parseIpRange } from "./ip_range.ts";

/** An address and a port that this server listens at; `0.0.0.0` and `::` stand for all addresses of the machine. */
export interface OwnListener {
  readonly address: string;
  readonly port: number;
}

export interface AddressPolicy {
  /** Ranges that are allowed although they are refused by default. */
  readonly allow: readonly IpRange[];
  /** Ranges that are refused, also where another range allows them. */
  readonly deny: readonly IpRange[];
  /** Refused whatever is allowed: nothing there answers a challenge. */
  readonly own: readonly OwnListener[];
  /** Numeric addresses of this machine. */
  readonly ofThisMachine: () => readonly string[];
}

/** What private networks use: allowed unless denied, as the hosts of a private CA are there. */
export const PRIVATE_RANGES: readonly IpRange[] = [
  "10.0.0.0/8",
  "172.16.0.0/12",
  "192.168.0.0/16",
  "100.64.0.0/10",
  "fc00::/7",
  "fec0::/10",
].map(parseIpRange);

/** Refused unless allowed, with what each is; the first that fits is named. */
const REFUSED: readonly (readonly [range: IpRange, what: string])[] = ([
  ["127.0.0.0/8", "a loopback address"],
  ["::1", "a loopback address"],
  ["0.0.0.0/8", "an unspecified address"],
  ["::", "an unspecified address"],
  // Azure, Alibaba, Oracle, AWS and Google; the usual 169.254.169.254 is link-local.
  ["168.63.129.16", "a metadata address"],
  ["100.100.100.200", "a metadata address"],
  ["192.0.0.192", "a metadata address"],
  ["fd00:ec2::/32", "a metadata address"],
  ["fd20:ce::254", "a metadata address"],
  ["169.254.169.254", "a metadata address"],
  ["169.254.0.0/16", "a link-local address"],
  ["fe80::/10", "a link-local address"],
  ["224.0.0.0/4", "a multicast address"],
  ["ff00::/8", "a multicast address"],
  ["255.255.255.255", "a broadcast address"],
  ["192.0.0.0/24", "a reserved address"],
  ["240.0.0.0/4", "a reserved address"],
  ["::/96", "a reserved address"],
  // RFC 8215: where in it the IPv4 address stands is the network's choice.
  ["64:ff9b:1::/48", "a translated address"],
] as const).map(([range, what]) => [parseIpRange(range), what]);

/** Lead to this machine wherever it is; systems take the unspecified address for loopback. */
const LOCAL: readonly IpRange[] = ["127.0.0.0/8", "::1", "0.0.0.0", "::"].map(parseIpRange);

/**
 * Why nothing connects to a numeric address and port, for people ("is a loopback address"); undefined where it may.
 * What is not numeric, or has a zone, is refused: only an address can be judged.
 */
export function addressBreach(address: string, port: number, policy: AddressPolicy): string | undefined {
  const bytes = parseIpAddress(address);
  if (bytes === undefined) return "is not an address";
  for (const form of formsOf(bytes)) {
    const breach = formBreach(form, port, policy);
    if (breach !== undefined) return form.length === bytes.length ? breach : `stands for what ${breach}`;
  }
  return undefined;
}

/** A numeric address in the form that equal addresses share: IPv4 in the clothes of IPv6 is IPv4. */
export function canonicalIp(address: string): string | undefined {
  const bytes = parseIpAddress(address);
  const [first] = bytes === undefined ? [] : formsOf(bytes);
  return first && ipAddressToText(first);
}

/** Whether this server listens at all addresses of the machine at `port`. */
export function listensEverywhere(port: number, { own }: AddressPolicy): boolean {
  return own.some((listener) => listener.port === port && isWildcard(listener.address));
}

function formBreach(form: Bytes, port: number, policy: AddressPolicy): string | undefined {
  if (isOwn(form, port, policy)) return "is where this server listens itself";
  if (policy.deny.some((range) => isWithin(form, range))) {
    return "is in a range that this server was told to keep out of";
  }
  if (policy.allow.some((range) => isWithin(form, range))) return undefined;
  const refused = REFUSED.find(([range]) => isWithin(form, range));
  return refused && `is ${refused[1]}`;
}

function isOwn(form: Bytes, port: number, policy: AddressPolicy): boolean {
  const isForm = (address: string) => {
    const bytes = parseIpAddress(withoutZone(address));
    return bytes !== undefined && formsOf(bytes).some((own) => equalBytes(own, form));
  };
  const listeners = policy.own.filter((listener) => listener.port === port);
  if (listeners.some(({ address }) => isForm(address))) return true;
  if (!listensEverywhere(port, policy)) return false;
  return LOCAL.some((range) => isWithin(form, range)) || policy.ofThisMachine().some(isForm);
}

function isWildcard(address: string): boolean {
  return address === "0.0.0.0" || address === "::";
}

/** Listeners at link-local addresses and interfaces have zones. */
function withoutZone(address: string): string {
  return address.replace(/%.*$/, "");
}

/** An address with those that are hidden in it: it leads there on some networks. */
function formsOf(address: Bytes): Bytes[] {
  if (address.length === 4) return [address];
  const embedded = EMBEDDINGS.filter(({ range }) => isWithin(address, range)).flatMap(({ read }) => read(address));
  // The same address in other clothes (RFC 4291 2.5.5.2): sockets connect to IPv4.
  if (isWithin(address, MAPPED)) return embedded;
  return isIsatap(address) ? [address, ...embedded, address.slice(12)] : [address, ...embedded];
}

interface Embedding {
  readonly range: IpRange;
  readonly read: (address: Bytes) => Bytes[];
}

const MAPPED = parseIpRange("::ffff:0:0/96");

const EMBEDDINGS: readonly Embedding[] = [
  { range: MAPPED, read: lastFour },
  // IPv4-compatible (RFC 4291 2.5.5.1) and IPv4-translated (RFC 2765 2.1).
  { range: parseIpRange("::/96"), read: (address) => isUnspecifiedOrLoopback(address) ? [] : lastFour(address) },
  { range: parseIpRange("::ffff:0:0:0/96"), read: lastFour },
  // NAT64 (RFC 6052 2.1, RFC 8215).
  { range: parseIpRange("64:ff9b::/96"), read: lastFour },
  { range: parseIpRange("64:ff9b:1::/48"), read: lastFour },
  // 6to4 (RFC 3056 2).
  { range: parseIpRange("2002::/16"), read: (address) => [address.slice(2, 6)] },
  // Teredo (RFC 4380 4): its server, and the client with all bits turned.
  {
    range: parseIpRange("2001::/32"),
    read: (address) => [address.slice(4, 8), address.slice(12).map((byte) => byte ^ 0xff)],
  },
];

function isUnspecifiedOrLoopback(address: Bytes): boolean {
  return address.subarray(0, 15).every((byte) => byte === 0) && (address[15] ?? 0) <= 1;
}

function lastFour(address: Bytes): Bytes[] {
  return [address.slice(12)];
}

/** RFC 5214 6.1: an interface identifier that ends in an IPv4 address. */
function isIsatap(address: Bytes): boolean {
  return ((address[8] ?? 0) & 0xfd) === 0 && address[9] === 0 && address[10] === 0x5e && address[11] === 0xfe;
}
