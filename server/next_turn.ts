/**
 * How long work makes way for others. `setImmediate` alone does not: as long as one is always waiting, the runtime
 * looks for what sockets bring only now and then (tokio after 61 turns: 50 ms of work in pieces of one). It looks when
 * it has nothing else to do, so now and then all such work waits together: for a byte from a socket, which the runtime
 * cannot find without looking, or for a timer where there is no such socket.
 */
import { setImmediate } from "node:timers";

/** Milliseconds of work in turns, after which it waits: a byte takes 0.15 ms, the shortest timer 2. */
const BUSY = { socket: 5, timer: 8 };

const BYTE = new Uint8Array(1);

let rested = performance.now();
let resting: Promise<void> | undefined;
let pair: SocketPair | undefined;

/** Call this between pieces of work that together would take long: others go on meanwhile. */
export function nextTurn(): Promise<void> {
  if (resting !== undefined) return resting;
  const busy = pair === undefined ? BUSY.timer : BUSY.socket;
  if (performance.now() - rested < busy) return new Promise((resolve) => setImmediate(resolve));
  return resting = rest();
}

async function rest(): Promise<void> {
  const used = pair;
  try {
    await (used?.pass() ?? shortestTimer());
  } catch {
    // Somebody closed it: the next rest is a timer's.
    if (pair === used) pair = undefined;
  }
  resting = undefined;
  rested = performance.now();
}

function shortestTimer(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}

/** Rests are shorter until this is disposed of. Where the machine gives no such socket, they are as they were. */
export async function shortenRests(): Promise<Disposable> {
  const own = await SocketPair.open().catch(() => undefined);
  pair = own ?? pair;
  return {
    [Symbol.dispose]() {
      if (pair === own) pair = undefined;
      own?.[Symbol.dispose]();
    },
  };
}

/** Both ends of a connection of this process with itself. */
class SocketPair implements Disposable {
  readonly #received = new Uint8Array(1);

  private constructor(private readonly near: Deno.TcpConn, private readonly far: Deno.TcpConn) {
    near.setNoDelay();
  }

  static async open(): Promise<SocketPair> {
    using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const connecting = Deno.connect({ hostname: "127.0.0.1", port: listener.addr.port });
    const pair = new SocketPair(...await Promise.all([connecting, listener.accept()]));
    if (pair.far.remoteAddr.port === pair.near.localAddr.port) return pair;
    pair[Symbol.dispose]();
    throw new Error("another program was faster to connect");
  }

  /** Resolves when the runtime has looked at its sockets. */
  async pass(): Promise<void> {
    const [count] = await Promise.all([this.far.read(this.#received), this.near.write(BYTE)]);
    if (count === null) throw new Error("the other end is closed");
  }

  [Symbol.dispose](): void {
    this.near.close();
    this.far.close();
  }
}
