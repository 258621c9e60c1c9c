/** One GET over a connection that is there already, for a small body. */
import http from "node:http";
import type net from "node:net";
import { Buffer } from "node:buffer";

export interface HttpAnswer {
  readonly status: number;
  readonly location: string | undefined;
  /** As UTF-8; what is none becomes U+FFFD. Empty unless the status is 200. */
  readonly body: string;
}

/** A key authorization has under 200 bytes. */
const MAX_BODY = 64 * 1024;

/** Takes the connection it is given, instead of looking a name up and making one. */
class OneConnection extends http.Agent {
  readonly #socket: net.Socket;

  constructor(socket: net.Socket) {
    super({ keepAlive: false });
    this.#socket = socket;
  }

  override createConnection(): net.Socket {
    return this.#socket;
  }
}

/** @throws Error of the runtime; whoever gave the socket destroys it afterwards */
export function getOver(socket: net.Socket, { host, pathname, search }: URL): Promise<HttpAnswer> {
  const { promise, resolve, reject } = Promise.withResolvers<HttpAnswer>();
  const headers = { "Host": host, "User-Agent": "caucase", "Accept": "*/*" };
  const options = { agent: new OneConnection(socket), headers, path: `${pathname}${search}`, maxHeaderSize: 16 * 1024 };
  const request = http.get(options, (response) => void answerOf(response).then(resolve, reject));
  request.on("error", reject);
  socket.once("close", () => reject(new Error("the connection was closed before an answer")));
  return promise;
}

async function answerOf(response: http.IncomingMessage): Promise<HttpAnswer> {
  const status = response.statusCode ?? 0;
  const { location } = response.headers;
  return { status, location, body: status === 200 ? await bodyOf(response) : "" };
}

async function bodyOf(response: http.IncomingMessage): Promise<string> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of response) {
    size += part.length;
    if (size > MAX_BODY) throw new Error(`the answer has more than ${MAX_BODY} bytes`);
    parts.push(part);
  }
  if (!response.complete) throw new Error("the answer broke off");
  return Buffer.concat(parts).toString("utf8");
}
