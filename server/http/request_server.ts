/** Answers one request of a connection: checks it, calls the handler, writes and logs what it says. */
import type { IncomingMessage } from "node:http";
import { describeError } from "../../core/errors.ts";
import type { Log } from "../../core/log.ts";
import type { Body } from "../../core/pieces.ts";
import type { RequestWatch, Watcher } from "../watcher.ts";
import type { AnswerMemory, HeldAnswer } from "./answer_memory.ts";
import { writeAnswer } from "./answer_writer.ts";
import type { BodyMemory, BodyReader } from "./body_reader.ts";
import { combinedLine } from "./combined_format.ts";
import type { Connection, RunningRequest } from "./connection.ts";
import type { Answer, Handler } from "./exchange.ts";
import type { Limits } from "./limits.ts";
import { NodeExchange, type ReceivedRequest } from "./node_exchange.ts";
import { checkRequest } from "./request_check.ts";
import { faultFields } from "./site.ts";

export interface RequestServerParts {
  readonly handler: Handler;
  readonly limits: Limits;
  readonly memory: BodyMemory;
  readonly answers: AnswerMemory;
  /** Takes one line of the access log, without its end. */
  readonly accessLog: (line: string) => void;
  /** Takes errors that are bugs, with their stack. */
  readonly log: Log;
  readonly watcher?: Watcher | undefined;
}

/** Makes what {@linkcode Connection} calls for each of its requests. */
export function createRequestServer(parts: RequestServerParts) {
  return (received: ReceivedRequest, connection: Connection): RunningRequest => {
    const request = new ServedRequest(parts, { received, connection });
    request.serve();
    return request;
  };
}

interface IncomingRequest {
  readonly received: ReceivedRequest;
  readonly connection: Connection;
}

class ServedRequest implements RunningRequest, HeldAnswer {
  readonly #parts: RequestServerParts;
  readonly #incoming: IncomingRequest;
  readonly #watch: RequestWatch | undefined;
  #exchange: NodeExchange | undefined;

  constructor(parts: RequestServerParts, incoming: IncomingRequest) {
    this.#parts = parts;
    this.#incoming = incoming;
    this.#watch = parts.watcher?.request(watched(incoming));
  }

  get reader(): BodyReader | undefined {
    return this.#exchange?.reader;
  }

  /** Others need the memory that its answer holds. */
  drop(): void {
    this.#incoming.connection.destroy();
  }

  serve(): void {
    if (this.#watch === undefined) this.#serve();
    else this.#watch.within(() => this.#serve());
  }

  #serve(): void {
    const { handler, limits, memory } = this.#parts;
    const { received, connection } = this.#incoming;
    try {
      const target = checkRequest(received.request);
      this.#exchange = new NodeExchange({ received, target, connection, limits, memory, routed: this.#watch?.routed });
    } catch (error) {
      return this.#refuse(error);
    }
    try {
      const answer = handler(this.#exchange);
      // What is there already is written without waiting for another turn.
      if (answer instanceof Promise) answer.then(this.#respond, this.#fault);
      else this.#respond(answer);
    } catch (error) {
      this.#fault(error);
    }
  }

  /** A request whose framing is in doubt: answered, and the last one of its connection. */
  #refuse(error: unknown): void {
    this.#incoming.connection.stopParsing();
    const headers = { "Content-Type": "text/plain; charset=utf-8", "X-Content-Type-Options": "nosniff" };
    this.#write({ status: 400, headers, body: `${describeError(error)}\n` });
  }

  readonly #respond = (answer: Answer): void => {
    try {
      this.#write(answer);
    } catch (error) {
      this.#fault(error);
    }
  };

  /** Our own mistake: the administrator gets it all, the client nothing. */
  readonly #fault = (error: unknown): void => {
    const { request, response } = this.#incoming.received;
    const { method = "", url: target = "" } = request;
    this.#parts.log.error("request.failed", faultFields(error, { method, target }));
    if (response.headersSent) this.#incoming.connection.destroy();
    else this.#write({ status: 500 });
  };

  #write(answer: Answer): void {
    const { received: { request, response }, connection } = this.#incoming;
    const unread = this.#exchange?.unread ?? "nothing";
    const awaitsContinue = this.#exchange?.awaitsContinue === true;
    const linger = unread !== "nothing" && !awaitsContinue && !connection.unparsable;
    connection.progress();
    const written = Promise.withResolvers<void>();
    const bytes = writeAnswer(response, answer, {
      method: request.method ?? "",
      close: connection.ending || awaitsContinue || unread === "much",
      hold: linger ? written.resolve : undefined,
      onProgress: connection.progress,
      onLarge: this.#holdMemory,
    });
    if (linger) this.#linger(written.promise);
    this.#parts.accessLog(this.#logLine(answer, bytes));
    this.#watch?.answered(answer.status);
  }

  readonly #holdMemory = (body: Body): void => {
    const { answers } = this.#parts;
    this.#incoming.received.response.once("close", () => answers.release(this));
    answers.hold(this, body);
  };

  /**
   * Reads on and throws away what comes, then ends the response: were the connection closed at once, the client might
   * never see the answer. A short body usually ends, and the connection goes on.
   * @param written when all of the answer was handed over: a large one takes its time
   */
  #linger(written: Promise<void>): void {
    const { received: { request, response }, connection } = this.#incoming;
    let left = this.#parts.limits.lingerBytes;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const end = () =>
      void written.then(() => {
        clearTimeout(timer);
        response.end();
      });
    const giveUp = () => {
      connection.closeSoon();
      end();
    };
    void written.then(() => {
      if (!response.destroyed && !response.writableEnded) timer = setTimeout(giveUp, this.#parts.limits.lingerMs);
    });
    response.once("close", () => clearTimeout(timer));
    request.once("end", end);
    request.on("data", (chunk: Uint8Array) => {
      left -= chunk.length;
      if (left < 0) giveUp();
    });
    request.resume();
  }

  #logLine({ status, user }: Answer, bytes: number): string {
    const { received: { request }, connection } = this.#incoming;
    return combinedLine({
      remoteAddress: connection.remoteAddress,
      user,
      timeMs: Date.now(),
      requestLine: requestLine(request),
      status,
      bytes,
      referer: request.headers.referer,
      userAgent: request.headers["user-agent"],
    });
  }
}

function watched({ received: { request, response }, connection: { secure } }: IncomingRequest) {
  const header = (name: string) => {
    const value = request.headers[name];
    return typeof value === "string" ? value : undefined;
  };
  return { method: request.method ?? "", secure, header, response };
}

function requestLine({ method, url, httpVersion }: IncomingMessage): string {
  return `${method} ${url} HTTP/${httpVersion}`;
}
