/**
 * As little HTTP client as measuring takes: requests as prepared bytes, one at a time, on a connection that is kept as
 * long as the server keeps it, over TLS where that is asked for. Bodies are counted and thrown away.
 */

const HEAD_END = [13, 10, 13, 10] as const;
/** An end of a body in chunks. Nothing follows it before the next request, and no text that servers send holds it. */
const LAST_CHUNK = "0\r\n\r\n";
const BUFFER = 64 * 1024;

/** What a client must know of an answer. */
export interface AnswerHead {
  readonly status: number;
  /** Of the body, in bytes; a body in chunks does not tell. */
  readonly length: number | "chunked";
  /** Whether the connection ends with this answer. */
  readonly closes: boolean;
  /** Where the answer says that something is. */
  readonly location: string | undefined;
}

/** A client's side of TLS. */
export interface ClientTls {
  /** PEM of the CA certificate to trust. */
  readonly caCertificate: string;
  /** PEM of who connects, where the server is to know. */
  readonly identity?: { readonly cert: string; readonly key: string };
}

/**
 * The head of an answer, up to its empty line.
 * @throws Error when it does not tell where its body ends
 */
export function parseAnswerHead(text: string): AnswerHead {
  const [, version, code] = /^HTTP\/(1\.[01]) (\d{3})/.exec(text) ?? [];
  if (code === undefined) throw new Error(`not an HTTP answer: ${JSON.stringify(text.slice(0, 80))}`);
  const status = Number(code);
  const connection = /\r\nconnection: *([^\r]*)/i.exec(text)?.[1]?.toLowerCase();
  const closes = version === "1.0" ? connection !== "keep-alive" : connection === "close";
  const location = /\r\nlocation: *([^\r]*)/i.exec(text)?.[1];
  return { status, length: bodyLength(text, status), closes, location };
}

function bodyLength(text: string, status: number): AnswerHead["length"] {
  if (status === 204 || status === 304) return 0;
  const length = /\r\ncontent-length: *(\d+)/i.exec(text)?.[1];
  if (length !== undefined) return Number(length);
  if (/\r\ntransfer-encoding: *chunked/i.test(text)) return "chunked";
  throw new Error(`an answer without Content-Length:\n${text}`);
}

export class HttpClient implements Disposable {
  readonly #buffer = new Uint8Array(BUFFER);
  readonly #decoder = new TextDecoder("latin1");
  #connection: Deno.Conn | undefined;

  constructor(private readonly port: number, private readonly tls?: ClientTls) {}

  /** Opens the connection now, so that no request has to wait for it. */
  async connect(): Promise<Deno.Conn> {
    const address = { hostname: "127.0.0.1", port: this.port };
    if (this.tls === undefined) return this.#connection = await Deno.connect(address);
    const { caCertificate, identity } = this.tls;
    const connection = await Deno.connectTls({ ...address, caCerts: [caCertificate], ...identity });
    await connection.handshake();
    return this.#connection = connection;
  }

  /** Sends a request and takes all of its answer. */
  async send(request: Uint8Array): Promise<AnswerHead> {
    const kept = this.#connection;
    if (kept !== undefined) {
      const head = await this.#exchange(kept, request);
      if (head !== undefined) return head;
    }
    const head = await this.#exchange(await this.connect(), request);
    if (head === undefined) throw new Error("the server closed the connection instead of answering");
    return head;
  }

  [Symbol.dispose](): void {
    this.#connection?.close();
    this.#connection = undefined;
  }

  /** Undefined when the server had closed the connection. */
  async #exchange(connection: Deno.Conn, request: Uint8Array): Promise<AnswerHead | undefined> {
    const head = await this.#sendAndReadHead(connection, request);
    if (head === undefined || head.closes) this[Symbol.dispose]();
    return head;
  }

  async #sendAndReadHead(connection: Deno.Conn, request: Uint8Array): Promise<AnswerHead | undefined> {
    try {
      for (let sent = 0; sent < request.length;) sent += await connection.write(request.subarray(sent));
      return await this.#readAnswer(connection);
    } catch (error) {
      if (error instanceof Deno.errors.ConnectionReset || error instanceof Deno.errors.BrokenPipe) return undefined;
      throw error;
    }
  }

  async #readAnswer(connection: Deno.Conn): Promise<AnswerHead | undefined> {
    let filled = 0;
    let end = -1;
    while (end < 0) {
      const count = await connection.read(this.#buffer.subarray(filled));
      if (count === null && filled === 0) return undefined;
      if (count === null) throw new Error("the answer breaks off in its head");
      end = findHeadEnd(this.#buffer, Math.max(0, filled - HEAD_END.length), filled += count);
    }
    const head = parseAnswerHead(this.#decoder.decode(this.#buffer.subarray(0, end)));
    if (head.length === "chunked") await this.#skipChunks(connection, this.#text(end, filled));
    else await this.#skip(connection, head.length - (filled - end));
    return head;
  }

  async #skip(connection: Deno.Conn, length: number): Promise<void> {
    for (let left = length; left > 0;) {
      const count = await connection.read(this.#buffer);
      if (count === null) throw new Error(`the answer breaks off ${left} bytes before its end`);
      left -= count;
    }
  }

  async #skipChunks(connection: Deno.Conn, begin: string): Promise<void> {
    for (let last = begin; !isWhole(last);) {
      const count = await connection.read(this.#buffer);
      if (count === null) throw new Error("the answer breaks off before its last chunk");
      last = (last + this.#text(Math.max(0, count - 2 * LAST_CHUNK.length), count)).slice(-2 * LAST_CHUNK.length);
    }
  }

  #text(from: number, to: number): string {
    return this.#decoder.decode(this.#buffer.subarray(from, to));
  }
}

/** Whether the last chunk, which is empty, ends the text. */
function isWhole(text: string): boolean {
  return text === LAST_CHUNK || text.endsWith(`\r\n${LAST_CHUNK}`);
}

/** The index behind the empty line, or -1. */
function findHeadEnd(bytes: Uint8Array, from: number, to: number): number {
  for (let index = from; index + HEAD_END.length <= to; index++) {
    if (HEAD_END.every((byte, offset) => bytes[index + offset] === byte)) return index + HEAD_END.length;
  }
  return -1;
}
