/**
 * Clients that misbehave, each in its own way, on raw sockets of 127.0.0.1. They only hold on: nothing of them runs by
 * itself but a slow tick.
 */
import { connect, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";

const MEGABYTE = 1024 * 1024;
/** As large as a body may be. */
const LARGEST = 10 * MEGABYTE;

/** One way to misbehave: what is sent at once, and what then a byte at a time. */
interface Manner {
  readonly secure?: "handshake" | "half";
  readonly first?: string | Uint8Array;
  readonly trickle?: string;
  /** Whether what comes is left where it is. */
  readonly deaf?: boolean;
  /** Whether it leaves at each tick and comes again. */
  readonly restless?: boolean;
}

const HEAD = "Host: localhost\r\n";

export const MANNERS = {
  "says nothing": {},
  "says nothing, over TLS": { secure: "handshake" },
  "stops in its TLS handshake": { first: "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", secure: "half" },
  "sends its headers a byte at a time": { first: "GET / HTTP/1.1\r\n", trickle: "X" },
  "sends its body a byte at a time": {
    first: `PUT /cas/csr HTTP/1.1\r\n${HEAD}Content-Length: 5000000\r\n\r\n`,
    trickle: "-",
  },
  "never ends a large body": { first: upload(LARGEST - 1, LARGEST) },
  "never reads a large answer": { first: `GET /cas/crl HTTP/1.1\r\n${HEAD}\r\n`, deaf: true },
  "asks ninety times at once and never reads": { first: `GET /cas/crl HTTP/1.1\r\n${HEAD}\r\n`.repeat(90), deaf: true },
  "breaks its uploads off": { first: upload(20_000, 40_000), restless: true },
} as const satisfies Record<string, Manner>;

export type MannerName = keyof typeof MANNERS;

function upload(sent: number, declared: number): Uint8Array {
  const head = new TextEncoder().encode(`PUT /cas/csr HTTP/1.1\r\n${HEAD}Content-Length: ${declared}\r\n\r\n`);
  const bytes = new Uint8Array(head.length + sent).fill(0x2d);
  bytes.set(head);
  return bytes;
}

/** How often a slow client sends its byte, in milliseconds. */
const TICK = 500;

export class Crowd implements Disposable {
  readonly #members: { readonly manner: Manner; socket: Socket }[] = [];
  readonly #tick: ReturnType<typeof setInterval>;
  #gone = false;

  /** @param port of HTTP; HTTPS is on the next */
  constructor(private readonly port: number) {
    this.#tick = setInterval(() => this.#go(), TICK);
  }

  get size(): number {
    return this.#members.length;
  }

  /** Brings `count` clients of one manner; resolves when all are connected. */
  async join(name: MannerName, count: number): Promise<void> {
    const manner: Manner = MANNERS[name];
    for (let begun = 0; begun < count; begun += 50) {
      const group = Array.from({ length: Math.min(50, count - begun) }, () => this.#enter(manner));
      for (const socket of await Promise.all(group)) this.#members.push({ manner, socket });
    }
  }

  async #enter(manner: Manner): Promise<Socket> {
    const { first, deaf = false } = manner;
    const socket = this.#connect(manner);
    // However the server ends it, that is its right.
    socket.on("error", () => {});
    await new Promise<void>((resolve) => {
      socket.once(manner.secure === "handshake" ? "secureConnect" : "connect", () => resolve());
      socket.once("close", () => resolve());
    });
    if (deaf) socket.pause();
    else socket.resume();
    if (typeof first === "string") socket.write(first, "latin1");
    else if (first !== undefined) socket.write(first);
    return socket;
  }

  #connect({ secure }: Manner): Socket {
    const host = "127.0.0.1";
    if (secure === "handshake") return connectTls({ port: this.port + 1, host, rejectUnauthorized: false });
    return connect({ port: secure === "half" ? this.port + 1 : this.port, host });
  }

  #go(): void {
    for (const member of this.#members) {
      const { manner, socket } = member;
      if (manner.trickle !== undefined && socket.writable) socket.write(manner.trickle);
      if (!manner.restless) continue;
      socket.destroy();
      void this.#enter(manner).then((next) => {
        member.socket = next;
        if (this.#gone) next.destroy();
      });
    }
  }

  [Symbol.dispose](): void {
    clearInterval(this.#tick);
    this.#gone = true;
    for (const { socket } of this.#members) socket.destroy();
  }
}
