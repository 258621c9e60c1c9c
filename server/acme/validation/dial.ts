/** The one way out: every connection of the validator is made here, to an address that was judged before. */
import net from "node:net";
import type { Clock } from "../../../core/host/clock.ts";
import { parseIpAddress } from "../../../core/x509/ip_address.ts";
import { addressBreach, type AddressPolicy, canonicalIp, listensEverywhere } from "./allowed_address.ts";
import { failed, FailedAttempt, failedForGood, quoted, reasonOf } from "./failure.ts";
import { isHostName } from "./host_names.ts";
import type { NameLookup } from "./name_lookup.ts";
import { TimeIsUp, withTimeLimit } from "./time_limit.ts";

/** What connecting depends on. */
export interface Network {
  readonly lookup: NameLookup;
  readonly addresses: AddressPolicy;
  readonly clock: Clock;
}

export interface Destination {
  /** A host name in lower case, or a numeric address without brackets. */
  readonly host: string;
  readonly port: number;
  /** Whether failures keep the addresses to themselves: those of a redirect may be no business of the one who asks. */
  readonly hidesAddresses?: boolean;
}

/** Most addresses of a name that are tried: strangers' names are no way to scan a network. */
const MAX_ADDRESSES = 3;

/** Seconds until the next address is tried; all of them fit into an attempt. */
const CONNECT_SECONDS = 3;

/**
 * A connection to the first address of the host that takes one. Names are looked up once: what is connected to is the
 * very address that was judged.
 * @throws `FailedAttempt`: `dns`, or `connection`, for good where no address is one that may be connected to
 */
export async function dial(destination: Destination, network: Network, signal: AbortSignal): Promise<net.Socket> {
  const { host, port, hidesAddresses = false } = destination;
  const addresses = await addressesOf(host, network, signal);
  const allowed = allowedOnes(addresses, destination, network.addresses);
  let failure: unknown;
  for (const address of allowed.slice(0, MAX_ADDRESSES)) {
    try {
      const told = hidesAddresses ? host : address;
      return await connect({ host: address, port, told }, network, signal);
    } catch (error) {
      signal.throwIfAborted();
      failure = error;
    }
  }
  throw failure;
}

async function addressesOf(host: string, { lookup }: Network, signal: AbortSignal): Promise<string[]> {
  if (parseIpAddress(host) !== undefined) return [host];
  if (!isHostName(host)) throw failedForGood("malformed", `${quoted(host)} is not the name of a host`);
  return await lookup.addresses(host, signal);
}

/** Those that may be connected to, each once and in the form that was judged. */
function allowedOnes(addresses: readonly string[], destination: Destination, policy: AddressPolicy): string[] {
  const { host, port, hidesAddresses = false } = destination;
  const judged = addresses.map((address) => ({ address, breach: addressBreach(address, port, policy) }));
  const allowed = judged.flatMap(({ address, breach }) => breach === undefined ? canonicalIp(address) ?? [] : []);
  if (allowed.length > 0) return alternating([...new Set(allowed)]);
  const [first] = judged;
  const where = hidesAddresses || first === undefined || first.address === host
    ? host
    : `${host} is at ${quoted(first.address)}, which`;
  throw failedForGood("connection", `${where} ${first?.breach ?? "has no address"}: nothing connects there`);
}

/** The families in turns, so that the first few have both. */
function alternating(addresses: readonly string[]): string[] {
  const first = addresses.filter((address) => net.isIP(address) === net.isIP(addresses[0] ?? ""));
  const others = addresses.filter((address) => !first.includes(address));
  return Array.from({ length: addresses.length }, (_, index) => [first[index], others[index]])
    .flatMap((pair) => pair.filter((address) => address !== undefined));
}

interface Target extends Destination {
  /** How the host is called in failures. */
  readonly told: string;
}

async function connect(target: Target, network: Network, signal: AbortSignal): Promise<net.Socket> {
  const where = net.isIPv6(target.told) ? `[${target.told}]:${target.port}` : `${target.told}:${target.port}`;
  try {
    const limit = { clock: network.clock, seconds: CONNECT_SECONDS, signal };
    const socket = await withTimeLimit(limit, (signal) => connected(target, signal));
    return checked(socket, target, network.addresses);
  } catch (error) {
    if (error instanceof FailedAttempt) throw error;
    const reason = error instanceof TimeIsUp ? `no connection in ${error.seconds} s` : reasonOf(error);
    throw failed("connection", `connecting to ${where}: ${reason}`);
  }
}

function connected({ host, port }: Destination, signal: AbortSignal): Promise<net.Socket> {
  const { promise, resolve, reject } = Promise.withResolvers<net.Socket>();
  const socket = net.connect({ host, port });
  const abort = () => socket.destroy(signal.reason);
  signal.addEventListener("abort", abort, { once: true });
  socket.once("error", reject);
  socket.once("connect", () => {
    signal.removeEventListener("abort", abort);
    socket.off("error", reject);
    resolve(socket);
  });
  return promise;
}

/** What the system says of the connection must be what was judged, and not lead back to this server. */
function checked(socket: net.Socket, { host, port, told }: Target, policy: AddressPolicy): net.Socket {
  // Errors from now on end in whoever reads or writes; one between two of them must not end the process.
  socket.on("error", () => {});
  const there = canonicalIp(socket.remoteAddress ?? "");
  const here = canonicalIp(socket.localAddress ?? "");
  if (there !== host || (there === here && listensEverywhere(port, policy))) {
    socket.destroy();
    throw failedForGood("connection", `${told} is where this server listens itself: nothing connects there`);
  }
  return socket;
}
