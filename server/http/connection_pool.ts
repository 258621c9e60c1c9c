/**
 * All open connections: which address may have one, which is closed when there are too many, and which takes too long.
 */
import type { Log } from "../../core/log.ts";
import { isIPv6 } from "node:net";
import { canonicalAddress } from "./addresses.ts";
import type { Limits } from "./limits.ts";

/** A connection, as the pool sees it. */
export interface PooledConnection {
  readonly remoteAddress: string;
  /** Ends it at once. */
  destroy(): void;
  /** Ends it as soon as no request is running on it. */
  closeSoon(): void;
  /** Ends it if its client takes too long. @param now as of `performance.now()` */
  check(now: number): void;
}

/** Of connections: how many there are and may be, and since the start how many gave way to others or found no room. */
export interface ConnectionFigures {
  readonly open: number;
  readonly most: number;
  readonly refused: number;
  readonly displaced: number;
}

type PoolLimits = Pick<Limits, "connections" | "connectionsPerAddress">;

/** How often at most the administrator is told that connections were closed to make room, in milliseconds. */
const NOTICE_INTERVAL = 60_000;

export class ConnectionPool {
  readonly #limits: PoolLimits;
  readonly #log: Log;
  /** Each with its {@linkcode addressGroup}. */
  readonly #all = new Map<PooledConnection, string>();
  /** Those without a request, the one that is idle longest first. */
  readonly #idle = new Set<PooledConnection>();
  readonly #counts = new Map<string, number>();
  #noticeDue = -Infinity;
  #refused = 0;
  #displaced = 0;

  constructor(limits: PoolLimits, log: Log) {
    this.#limits = limits;
    this.#log = log;
  }

  get size(): number {
    return this.#all.size;
  }

  get figures(): ConnectionFigures {
    return {
      open: this.#all.size,
      most: this.#limits.connections,
      refused: this.#refused,
      displaced: this.#displaced,
    };
  }

  /**
   * Takes a new connection in, as idle, and closes another one for it where that is needed; false when it cannot come
   * in.
   */
  admit(connection: PooledConnection): boolean {
    const group = addressGroup(connection.remoteAddress);
    if (!this.#makeRoomFor(group)) {
      this.#refused++;
      return false;
    }
    this.#counts.set(group, this.#count(group) + 1);
    this.#all.set(connection, group);
    this.#idle.add(connection);
    return true;
  }

  setBusy(connection: PooledConnection): void {
    this.#idle.delete(connection);
  }

  /** It waits for its next request from now on. */
  setIdle(connection: PooledConnection): void {
    if (this.#all.has(connection)) this.#idle.add(connection);
  }

  /** It is closed, or about to be. */
  remove(connection: PooledConnection): void {
    const group = this.#all.get(connection);
    if (group === undefined) return;
    this.#all.delete(connection);
    this.#idle.delete(connection);
    const count = this.#count(group) - 1;
    if (count > 0) this.#counts.set(group, count);
    else this.#counts.delete(group);
  }

  check(now: number): void {
    for (const connection of this.#all.keys()) connection.check(now);
  }

  closeSoon(): void {
    for (const connection of [...this.#all.keys()]) connection.closeSoon();
  }

  destroyAll(): void {
    for (const connection of [...this.#all.keys()]) connection.destroy();
  }

  #count(group: string): number {
    return this.#counts.get(group) ?? 0;
  }

  #makeRoomFor(group: string): boolean {
    if (this.#count(group) >= this.#limits.connectionsPerAddress) {
      const count = this.#count(group);
      this.#notice(() => this.#log.warning("connections.address_limit", { address: group, count }));
      if (!this.#closeLongestIdle((other) => other === group)) return false;
    }
    if (this.#all.size < this.#limits.connections) return true;
    this.#notice(() => this.#log.warning("connections.limit", { count: this.#all.size }));
    // The address with most connections loses one first.
    const most = this.#largestCount();
    return this.#closeLongestIdle((other) => this.#count(other) === most) || this.#closeLongestIdle(() => true);
  }

  /** Closes the connection that is idle longest among those of certain groups; false when all of them are busy. */
  #closeLongestIdle(isOf: (group: string) => boolean): boolean {
    for (const connection of this.#idle) {
      if (!isOf(this.#all.get(connection) ?? "")) continue;
      this.remove(connection);
      connection.destroy();
      this.#displaced++;
      return true;
    }
    return false;
  }

  #largestCount(): number {
    let largest = 0;
    for (const count of this.#counts.values()) largest = Math.max(largest, count);
    return largest;
  }

  #notice(tell: () => void): void {
    const now = performance.now();
    if (now < this.#noticeDue) return;
    this.#noticeDue = now + NOTICE_INTERVAL;
    tell();
  }
}

/** What counts as one neighbour: an IPv4 address, or the IPv6 network of 64 bits that one customer usually has. */
export function addressGroup(address: string): string {
  if (!isIPv6(address)) return address;
  const canonical = canonicalAddress(address);
  if (!isIPv6(canonical)) return canonical;
  const [head = "", tail] = canonical.replace(/%.*$/, "").split("::");
  const before = head === "" ? [] : head.split(":");
  const after = tail === undefined || tail === "" ? [] : tail.split(":");
  const zeros = new Array<string>(8 - before.length - after.length).fill("0");
  return [...before, ...zeros, ...after].slice(0, 4).join(":");
}
