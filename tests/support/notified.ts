/** Receivers of notifications: a webhook's and a mail server, which do what a test tells them. */
import http from "node:http";
import { SMTPServer, type SMTPServerOptions } from "smtp-server";

/** One POST that a webhook's receiver got. */
export interface Received {
  readonly headers: http.IncomingHttpHeaders;
  readonly path: string;
  readonly body: string;
}

/** The status to answer; "never" to hang, "gone" to break the connection off. */
export type Answer = number | "never" | "gone";

export class WebhookReceiver implements AsyncDisposable {
  readonly received: Received[] = [];
  /** What each POST is answered, its number given. */
  answer: (count: number) => Answer = () => 204;
  readonly #server: http.Server;
  #changed = Promise.withResolvers<void>();

  private constructor() {
    this.#server = http.createServer((request, response) => void this.#take(request, response));
  }

  static async start(): Promise<WebhookReceiver> {
    const receiver = new WebhookReceiver();
    await new Promise<void>((resolve) => receiver.#server.listen(0, "127.0.0.1", resolve));
    return receiver;
  }

  get url(): string {
    const address = this.#server.address();
    return `http://127.0.0.1:${typeof address === "object" ? address?.port : address}/hook-SECRET`;
  }

  /** Bodies as values, in the order in which they came. */
  get bodies(): readonly ReceivedMessage[] {
    return this.received.map(({ body }) => JSON.parse(body));
  }

  get kinds(): readonly string[] {
    return this.bodies.map(({ kind }) => kind);
  }

  /** Resolves when that many have come. */
  async until(count: number): Promise<void> {
    while (this.received.length < count) await this.#changed.promise;
  }

  async #take(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    const parts = await Array.fromAsync(request);
    const body = new TextDecoder().decode(Uint8Array.from(parts.flatMap((part) => [...part])));
    this.received.push({ headers: request.headers, path: request.url ?? "", body });
    this.#changed.resolve();
    this.#changed = Promise.withResolvers();
    const answer = this.answer(this.received.length);
    if (answer === "never") return;
    if (answer === "gone") return void response.destroy();
    if (answer >= 300 && answer < 400) response.setHeader("location", this.url);
    response.writeHead(answer).end("nobody reads this");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

export interface ReceivedMessage {
  readonly id: string;
  readonly kind: string;
  readonly at: string;
  readonly server: string;
  readonly text: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** One mail that a mail server took. */
export interface ReceivedMail {
  readonly from: string;
  readonly to: readonly string[];
  readonly user: string | undefined;
  readonly secure: boolean;
  /** Head and body. */
  readonly text: string;
}

export class MailServer implements AsyncDisposable {
  readonly mails: ReceivedMail[] = [];
  readonly #server: SMTPServer;

  private constructor(options: SMTPServerOptions) {
    this.#server = new SMTPServer({
      logger: false,
      ...options,
      onData: (stream, session, done) => {
        const pieces: Uint8Array[] = [];
        stream.on("data", (piece: Uint8Array) => pieces.push(piece));
        stream.on("end", () => {
          const { mailFrom, rcptTo } = session.envelope;
          this.mails.push({
            from: mailFrom === false ? "" : mailFrom.address,
            to: rcptTo.map(({ address }) => address),
            user: typeof session.user === "string" ? session.user : undefined,
            secure: session.secure,
            text: new TextDecoder().decode(Uint8Array.from(pieces.flatMap((piece) => [...piece]))),
          });
          done();
        });
      },
    });
    this.#server.on("error", () => {});
  }

  static async start(options: SMTPServerOptions = {}): Promise<MailServer> {
    const server = new MailServer(options);
    await new Promise<void>((resolve) => server.#server.listen(0, "127.0.0.1", () => resolve()));
    return server;
  }

  get port(): number {
    const address = this.#server.server.address();
    return typeof address === "object" ? address?.port ?? 0 : 0;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await new Promise<void>((resolve) => this.#server.close(resolve));
  }
}
