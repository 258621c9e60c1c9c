/**
 * A client that sends exactly the bytes it is told, over TCP or TLS, and waits for what comes instead of for time to
 * pass.
 */
import { connect as connectTcp, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";

export interface RawResponse {
  readonly status: number;
  /** By lower-case name; the last of repeated ones. */
  readonly headers: Readonly<Record<string, string>>;
  /** Latin-1. */
  readonly body: string;
}

/** The client's side of TLS; both PEM. */
export interface ClientIdentity {
  readonly key: string;
  readonly cert: string;
}

export class RawClient implements Disposable {
  readonly socket: Socket;
  #received = "";
  #ended = false;
  #closed = false;
  #wake = () => {};

  constructor(socket: Socket) {
    this.socket = socket;
    socket.setEncoding("latin1");
    socket.on("data", (text: string) => this.#note(() => this.#received += text));
    socket.on("end", () => this.#note(() => this.#ended = true));
    socket.on("close", () => this.#note(() => this.#ended = this.#closed = true));
    // A reset is one of the ways in which a server closes; "close" follows.
    socket.on("error", () => {});
  }

  static async tcp(port: number, host = "127.0.0.1"): Promise<RawClient> {
    return await RawClient.tcpFrom(undefined, { port, host });
  }

  /** @param localAddress where it comes from, if not from where the system chooses */
  static async tcpFrom(
    localAddress: string | undefined,
    { port, host = "127.0.0.1" }: { readonly port: number; readonly host?: string },
  ): Promise<RawClient> {
    const socket = connectTcp({ port, host, allowHalfOpen: true, ...(localAddress && { localAddress }) });
    await new Promise<void>((resolve, reject) => socket.once("connect", resolve).once("error", reject));
    return new RawClient(socket);
  }

  static async tls(port: number, identity?: ClientIdentity): Promise<RawClient> {
    const socket = connectTls({ port, host: "127.0.0.1", rejectUnauthorized: false, ...identity });
    await new Promise<void>((resolve, reject) => socket.once("secureConnect", resolve).once("error", reject));
    return new RawClient(socket);
  }

  send(text: string): void {
    this.socket.write(text, "latin1");
  }

  /** `method target` with a Host header and those given, then the body. */
  request(method: string, target: string, { headers = {}, body = "" }: RequestParts = {}): void {
    const lines = Object.entries({ Host: "caucase.test", ...headers }).map(([name, value]) => `${name}: ${value}\r\n`);
    this.send(`${method} ${target} HTTP/1.1\r\n${lines.join("")}\r\n${body}`);
  }

  /** The next response; one to `HEAD` has no body, whatever its length says. */
  async response(method = "GET"): Promise<RawResponse> {
    await this.#until(() => this.#received.includes("\r\n\r\n"));
    const [head = "", rest = ""] = split(this.#received, "\r\n\r\n");
    const [statusLine = "", ...lines] = head.split("\r\n");
    const headers = Object.fromEntries(
      lines.map((line) => split(line, ": ")).map(([n = "", v]) => [n.toLowerCase(), v ?? ""]),
    );
    const length = method === "HEAD" ? 0 : Number(headers["content-length"] ?? 0);
    this.#received = rest;
    await this.#until(() => this.#received.length >= length);
    const body = this.#received.slice(0, length);
    this.#received = this.#received.slice(length);
    return { status: Number(statusLine.split(" ")[1]), headers, body };
  }

  /** Waits until the server has sent its last byte, or broke the connection; everything not yet read. */
  async rest(): Promise<string> {
    while (!this.#ended) await this.#nextEvent();
    return this.#received;
  }

  /** What came so far and is not yet read. */
  get received(): string {
    return this.#received;
  }

  get ended(): boolean {
    return this.#ended;
  }

  [Symbol.dispose](): void {
    this.socket.destroy();
  }

  async #until(condition: () => boolean): Promise<void> {
    while (!condition()) {
      if (this.#closed || this.#ended) throw new Error(`the server closed after ${JSON.stringify(this.#received)}`);
      await this.#nextEvent();
    }
  }

  #nextEvent(): Promise<void> {
    return new Promise((resolve) => this.#wake = resolve);
  }

  #note(change: () => void): void {
    change();
    this.#wake();
  }
}

export interface RequestParts {
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

function split(text: string, separator: string): string[] {
  const at = text.indexOf(separator);
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + separator.length)];
}
