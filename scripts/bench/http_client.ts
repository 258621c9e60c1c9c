/**
 * As little HTTP client as measuring takes: requests as prepared bytes, one at a time, on a connection that is kept as
 * long as the server keeps it. Bodies are counted and thrown away.
 */

const HEAD_END = [13, 10, 13, 10] as const;
const BUFFER = 64 * 1024;

/** What a client must know of an answer. */
export interface AnswerHead {
  readonly status: number;
  /** Of the body, in bytes. */
  readonly length: number;
  /** Whether the connection ends with this answer. */
  readonly closes: boolean;
}

/**
 * The head of an answer, up to its empty line.
 * @throws Error when the length of the body is not told beforehand: no answer of a caucase server is so
 */
export function parseAnswerHead(text: string): AnswerHead {
  const [, version, code] = /^HTTP\/(1\.[01]) (\d{3})/.exec(text) ?? [];
  if (code === undefined) throw new Error(`not an HTTP answer: ${JSON.stringify(text.slice(0, 80))}`);
  const status = Number(code);
  const hasBody = status !== 204 && status !== 304;
  const length = /\r\ncontent-length: *(\d+)/i.exec(text)?.[1];
  if (hasBody && length === undefined) throw new Error(`an answer without Content-Length:\n${text}`);
  const connection = /\r\nconnection: *([^\r]*)/i.exec(text)?.[1]?.toLowerCase();
  const closes = version === "1.0" ? connection !== "keep-alive" : connection === "close";
  return { status, length: hasBody ? Number(length) : 0, closes };
}

export class HttpClient implements Disposable {
  readonly #buffer = new Uint8Array(BUFFER);
  readonly #decoder = new TextDecoder("latin1");
  #connection: Deno.TcpConn | undefined;

  constructor(private readonly port: number) {}

  /** Sends a request and takes all of its answer; its status. */
  async send(request: Uint8Array): Promise<number> {
    const kept = this.#connection;
    if (kept !== undefined) {
      const status = await this.#exchange(kept, request);
      if (status !== undefined) return status;
    }
    this.#connection = await Deno.connect({ hostname: "127.0.0.1", port: this.port });
    const status = await this.#exchange(this.#connection, request);
    if (status === undefined) throw new Error("the server closed the connection instead of answering");
    return status;
  }

  [Symbol.dispose](): void {
    this.#connection?.close();
    this.#connection = undefined;
  }

  /** The status; undefined when the server had closed the connection. */
  async #exchange(connection: Deno.TcpConn, request: Uint8Array): Promise<number | undefined> {
    const head = await this.#sendAndReadHead(connection, request);
    if (head === undefined || head.closes) this[Symbol.dispose]();
    return head?.status;
  }

  async #sendAndReadHead(connection: Deno.TcpConn, request: Uint8Array): Promise<AnswerHead | undefined> {
    try {
      for (let sent = 0; sent < request.length;) sent += await connection.write(request.subarray(sent));
      return await this.#readAnswer(connection);
    } catch (error) {
      if (error instanceof Deno.errors.ConnectionReset || error instanceof Deno.errors.BrokenPipe) return undefined;
      throw error;
    }
  }

  async #readAnswer(connection: Deno.TcpConn): Promise<AnswerHead | undefined> {
    let filled = 0;
    let end = -1;
    while (end < 0) {
      const count = await connection.read(this.#buffer.subarray(filled));
      if (count === null && filled === 0) return undefined;
      if (count === null) throw new Error("the answer breaks off in its head");
      end = findHeadEnd(this.#buffer, Math.max(0, filled - HEAD_END.length), filled += count);
    }
    const head = parseAnswerHead(this.#decoder.decode(this.#buffer.subarray(0, end)));
    for (let left = head.length - (filled - end); left > 0;) {
      const count = await connection.read(this.#buffer);
      if (count === null) throw new Error(`the answer breaks off ${left} bytes before its end`);
      left -= count;
    }
    return head;
  }
}

/** The index behind the empty line, or -1. */
function findHeadEnd(bytes: Uint8Array, from: number, to: number): number {
  for (let index = from; index + HEAD_END.length <= to; index++) {
    if (HEAD_END.every((byte, offset) => bytes[index + offset] === byte)) return index + HEAD_END.length;
  }
  return -1;
}
