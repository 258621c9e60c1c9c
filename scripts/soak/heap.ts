/**
 * What a Deno process holds in its JavaScript heap after a full garbage collection, asked for over the inspector's
 * protocol. It moves by some ten kilobytes where resident memory moves by megabytes, so a small leak shows within a
 * minute.
 */

/** Milliseconds for one answer of the inspector. */
const LONGEST_ANSWER = 30_000;

interface HeapUsage {
  /** Bytes of live objects. */
  readonly usedSize: number;
  /** Bytes of ArrayBuffers. */
  readonly backingStorageSize: number;
}

export class HeapProbe {
  readonly #socket: WebSocket;
  readonly #waiting = new Map<number, PromiseWithResolvers<unknown>>();
  #lastId = 0;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.addEventListener("message", ({ data }) => this.#take(String(data)));
  }

  /** @param port of `--inspect=127.0.0.1:<port>` */
  static async connect(port: number): Promise<HeapProbe> {
    const targets: readonly { readonly webSocketDebuggerUrl: string }[] =
      await (await fetch(`http://127.0.0.1:${port}/json/list`)).json();
    const [target] = targets;
    if (target === undefined) throw new Error("the inspector has nothing to inspect");
    const socket = new WebSocket(target.webSocketDebuggerUrl);
    await new Promise((resolve, reject) => {
      socket.addEventListener("open", resolve, { once: true });
      socket.addEventListener("error", () => reject(new Error("the inspector refuses a connection")), { once: true });
    });
    return new HeapProbe(socket);
  }

  /** Live bytes. The process stands still for the tenth of a second that this takes. */
  async bytes(): Promise<number> {
    await this.#call("HeapProfiler.collectGarbage");
    const usage = await this.#call("Runtime.getHeapUsage") as HeapUsage;
    return usage.usedSize + usage.backingStorageSize;
  }

  /** Resolves when the inspector knows: until then the process would not end. */
  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.#socket.addEventListener("close", resolve, { once: true }));
    this.#socket.close();
    await closed;
  }

  async #call(method: string): Promise<unknown> {
    const id = ++this.#lastId;
    const answer = Promise.withResolvers<unknown>();
    this.#waiting.set(id, answer);
    this.#socket.send(JSON.stringify({ id, method, params: {} }));
    const timer = setTimeout(() => answer.reject(new Error(`no answer to ${method}`)), LONGEST_ANSWER);
    return await answer.promise.finally(() => clearTimeout(timer));
  }

  #take(message: string): void {
    const { id, result, error } = JSON.parse(message);
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (error === undefined) waiting?.resolve(result);
    else waiting?.reject(new Error(`the inspector answered: ${error.message}`));
  }
}
