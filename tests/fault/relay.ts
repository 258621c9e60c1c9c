/** Stands between a client and a server, and gets in the way: what the server answers, the client may get otherwise. */
import { concatBytes, utf8 } from "../../core/bytes.ts";
import { type RawAnswer, RawServer } from "../support/raw_server.ts";

/** What comes instead of an answer, given all its bytes. */
export type Trouble = (answer: Uint8Array<ArrayBuffer>) => RawAnswer;

export class Relay implements AsyncDisposable {
  trouble: Trouble = (bytes) => ({ bytes });
  /** What the server answered to renewals. */
  readonly renewals: string[] = [];
  readonly #clientSide: RawServer;

  /** Passes requests on to `port` of 127.0.0.1. Clients must ask for a connection to be closed after an answer. */
  constructor(port: number) {
    this.#clientSide = new RawServer(async (request) => {
      const answer = await ask(port, request);
      if (request.includes("/crt/renew ")) {
        this.renewals.push(new TextDecoder().decode(answer).split("\r\n\r\n")[1] ?? "");
      }
      return this.trouble(answer);
    });
  }

  get url(): string {
    return this.#clientSide.url;
  }

  /** First lines of the requests so far. */
  get asked(): string[] {
    return this.#clientSide.requests.map((request) => request.split(" HTTP/")[0] ?? "");
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#clientSide[Symbol.asyncDispose]();
  }
}

async function ask(port: number, request: string): Promise<Uint8Array<ArrayBuffer>> {
  using connection = await Deno.connect({ hostname: "127.0.0.1", port });
  for (let rest = utf8(request); rest.length > 0;) rest = rest.subarray(await connection.write(rest));
  return concatBytes(...await Array.fromAsync(connection.readable));
}
