/** An HTTP server that answers exactly the bytes it is told, and remembers what it was asked. */
import { concatBytes, utf8 } from "../../core/bytes.ts";

/** What comes back on one connection. */
export interface RawAnswer {
  readonly bytes: string | Uint8Array<ArrayBuffer>;
  /** Whether the connection is left as it is after `bytes`: the client waits for more. Closed unless given. */
  readonly stayOpen?: boolean;
}

export class RawServer implements AsyncDisposable {
  /** Requests as they came: head and body. */
  readonly requests: string[] = [];
  readonly #listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  readonly #open = new Set<Deno.Conn>();
  readonly #ended: Promise<void>;

  /** `answer` gets each request; text is sent as UTF-8. */
  constructor(private readonly answer: (request: string) => RawAnswer | Promise<RawAnswer>) {
    this.#ended = this.#accept();
  }

  get port(): number {
    const { addr } = this.#listener;
    return addr.transport === "tcp" ? addr.port : 0;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#listener.close();
    for (const connection of this.#open) connection.close();
    this.#open.clear();
    await this.#ended;
  }

  async #accept(): Promise<void> {
    const serving: Promise<void>[] = [];
    for await (const connection of this.#listener) {
      this.#open.add(connection);
      serving.push(this.#serve(connection));
    }
    await Promise.all(serving);
  }

  async #serve(connection: Deno.Conn): Promise<void> {
    try {
      const request = await readRequest(connection);
      this.requests.push(request);
      const { bytes, stayOpen = false } = await this.answer(request);
      await writeAll(connection, typeof bytes === "string" ? utf8(bytes) : bytes);
      // Not before the client has gone: what it did not read yet would be lost with a reset.
      if (stayOpen) { while (await connection.read(new Uint8Array(1)) !== null); }
    } catch (error) {
      if (!isHangUp(error)) throw error;
    } finally {
      if (this.#open.delete(connection)) connection.close();
    }
  }
}

/** First byte of a TLS handshake. */
const HANDSHAKE = 0x16;

/** Head and `Content-Length` bytes of body; what begins as TLS is taken as it comes. */
async function readRequest(connection: Deno.Conn): Promise<string> {
  const buffer = new Uint8Array(65_536);
  let bytes = new Uint8Array();
  for (;;) {
    const count = await connection.read(buffer);
    if (count !== null) bytes = concatBytes(bytes, buffer.subarray(0, count));
    if (count === null || bytes[0] === HANDSHAKE || isWhole(bytes)) return new TextDecoder().decode(bytes);
  }
}

function isWhole(request: Uint8Array): boolean {
  // One character for each byte, to count with.
  const text = new TextDecoder("latin1").decode(request);
  const head = text.indexOf("\r\n\r\n");
  return head >= 0 && text.length >= head + 4 + Number(/^content-length: *(\d+)/im.exec(text)?.[1] ?? 0);
}

async function writeAll(connection: Deno.Conn, bytes: Uint8Array): Promise<void> {
  for (let rest = bytes; rest.length > 0;) rest = rest.subarray(await connection.write(rest));
}

/** Whether the client left, or the server is being ended. */
function isHangUp(error: unknown): boolean {
  return error instanceof Deno.errors.ConnectionReset || error instanceof Deno.errors.BrokenPipe ||
    error instanceof Deno.errors.BadResource || error instanceof Deno.errors.Interrupted;
}

/** An answer with a body of the right length. */
export function httpAnswer(status: number, body: string, headers: Readonly<Record<string, string>> = {}): RawAnswer {
  const lines = Object.entries({ "Content-Length": `${utf8(body).length}`, ...headers });
  const head = [`HTTP/1.1 ${status} -`, ...lines.map(([name, value]) => `${name}: ${value}`)].join("\r\n");
  return { bytes: `${head}\r\n\r\n${body}` };
}
