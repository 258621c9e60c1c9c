/**
 * What one client, and all of them together, may take of the listener. Under overload connections are closed or wait:
 * no answer ever says "busy", because every status from 400 up ends the reference's updater for good, and a dropped
 * connection it retries.
 */

import { CaucaseError } from "../../core/errors.ts";

/** Names end in their unit: `Ms` is milliseconds; the others are bytes or a count. */
export interface Limits {
  /**
   * Open connections of HTTP and HTTPS together. At the limit, the one that is idle longest makes room for a new one.
   */
  readonly connections: number;
  /**
   * Open connections of one IPv4 address, or of one IPv6 network of 64 bits: one neighbour must not starve the others.
   */
  readonly connectionsPerAddress: number;
  /**
   * Requests that wait on a connection behind the one being answered (HTTP pipelining). More: the connection is
   * dropped.
   */
  readonly pipelinedRequests: number;
  /** Request line and headers of one request. More: 400. */
  readonly headerBytes: number;
  /** Body of one request. More: 413. */
  readonly bodyBytes: number;
  /** All bodies held at once. More: the connection that holds the largest unfinished one is dropped. */
  readonly bodyBytesInMemory: number;
  /**
   * Bytes of all large answers that clients have not taken yet. More: the connections whose answers began first are
   * dropped.
   */
  readonly answerBytesInMemory: number;
  /** For a TLS handshake, from the connection on. */
  readonly handshakeMs: number;
  /** For the headers of a request, from its first byte on; for the first request, from the connection on. */
  readonly headersMs: number;
  /** For a whole body. */
  readonly bodyMs: number;
  /** How long a body may come slower than `bodyBytesPerSecond`, from its beginning on. */
  readonly slowStartMs: number;
  /** Slowest average pace of a body after the slow start. */
  readonly bodyBytesPerSecond: number;
  /** How long a client may take no byte of its answer. */
  readonly answerStallMs: number;
  /** How long a connection is kept without a request. At least 75 seconds: see spec/protocol.md. */
  readonly idleMs: number;
  /**
   * How long, and how many bytes of, a body that nobody reads are still taken after the answer, so that it gets
   * through.
   */
  readonly lingerMs: number;
  readonly lingerBytes: number;
  /** How often the deadlines above are looked at: so much later they may take effect. */
  readonly sweepMs: number;
}

const MEBIBYTE = 1024 * 1024;

/** The defaults, for a process that may open `openFiles` files. */
export function defaultLimits(openFiles = openFileLimit()): Limits {
  const connections = Math.min(10_000, affordableConnections(openFiles));
  return {
    connections,
    connectionsPerAddress: Math.ceil(connections / 4),
    pipelinedRequests: 100,
    headerBytes: 16 * 1024,
    bodyBytes: 10 * MEBIBYTE,
    bodyBytesInMemory: 256 * MEBIBYTE,
    answerBytesInMemory: 256 * MEBIBYTE,
    handshakeMs: 10_000,
    headersMs: 10_000,
    bodyMs: 120_000,
    slowStartMs: 10_000,
    bodyBytesPerSecond: 1024,
    answerStallMs: 30_000,
    idleMs: 90_000,
    lingerMs: 5_000,
    lingerBytes: 10 * MEBIBYTE,
    sweepMs: 1_000,
  };
}

/**
 * The limits that are asked for, and the defaults for the rest.
 * @throws `usage` for more connections than a process that may open `openFiles` files can have
 */
export function completeLimits(asked: Partial<Limits>, openFiles = openFileLimit()): Limits {
  const defaults = defaultLimits(openFiles);
  const { connections = defaults.connections } = asked;
  const affordable = affordableConnections(openFiles);
  if (connections > affordable) {
    throw new CaucaseError("usage", `${connections} connections are too many: ${openFiles} files may be open`, {
      hint: `at most ${affordable}; ulimit -n or LimitNOFILE= allow more`,
    });
  }
  return { ...defaults, connectionsPerAddress: Math.ceil(connections / 4), ...asked };
}

/** The runtime never accepts again once it ran out of descriptors, so a quarter stays free for everything else. */
function affordableConnections(openFiles: number): number {
  return Math.max(1, Math.floor(openFiles * 0.75) - 16);
}

/** The soft limit of open files in the text of Linux's `/proc/self/limits`; undefined where it names no number. */
export function parseOpenFileLimit(limits: string): number | undefined {
  const match = /^Max open files\s+(\d+)/m.exec(limits);
  return match ? Number(match[1]) : undefined;
}

/** What systems allow at least, once the runtime has raised its soft limit, as it does when it starts. */
const USUAL_OPEN_FILES = 4096;

/** How many files this process may open, as far as the system tells. */
function openFileLimit(): number {
  try {
    return parseOpenFileLimit(Deno.readTextFileSync("/proc/self/limits")) ?? USUAL_OPEN_FILES;
  } catch (error) {
    // Not Linux, or the program may not look: that takes --allow-all.
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotCapable) return USUAL_OPEN_FILES;
    throw error;
  }
}
