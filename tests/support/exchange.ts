/** HTTP requests for handlers, without a network. */
import { utf8 } from "../../core/bytes.ts";
import type { Exchange } from "../../server/http/exchange.ts";

export interface FakeRequest {
  readonly method?: string;
  readonly target?: string;
  readonly secure?: boolean;
  /** By lower-case name. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly remoteAddress?: string;
  readonly body?: string | Uint8Array<ArrayBuffer>;
}

/** `GET /` over HTTPS from 192.0.2.1, unless the request says otherwise. */
export function fakeExchange(request: FakeRequest = {}): Exchange {
  const { method = "GET", target = "/", secure = true, headers = {}, remoteAddress = "192.0.2.1", body = "" } = request;
  return {
    method,
    target,
    secure,
    remoteAddress,
    header: (name) => headers[name],
    clientCertificate: undefined,
    connection: {},
    body: () => Promise.resolve(typeof body === "string" ? utf8(body) : body),
  };
}
