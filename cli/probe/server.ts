/** Asking a server from outside, as anybody may. */
import { type PublicCa, ROUTES } from "../../core/protocol/routes.ts";
import { httpRequest } from "../net/http_request.ts";
import { refusalError } from "../net/refusal.ts";
import { operationUrl } from "../net/server_url.ts";

export interface Question {
  readonly ca: PublicCa;
  readonly about: "caCertificate" | "caChain" | "crlList" | "httpsCa";
  /** By HTTPS. */
  readonly secure: boolean;
}

export interface ProbeAnswer {
  readonly url: string;
  readonly text: string;
  /** The `Date` header. */
  readonly date: string | undefined;
  /** When it was asked for and had arrived whole, by this machine's clock; Unix seconds with fractions. */
  readonly askedAt: number;
  readonly arrivedAt: number;
  /** DER, over HTTPS. */
  readonly serverCertificate: Uint8Array | undefined;
}

/** Throws `unreachable` when there is no whole answer, `refused` when it says anything but that it worked. */
export type AskServer = (question: Question) => Promise<ProbeAnswer>;

/** A server that says nothing for this long does not work; milliseconds. */
const SILENCE = 30_000;

/** Asks the server at `base`. */
export function askServer(base: URL): AskServer {
  return async ({ ca, about, secure }) => {
    const url = operationUrl(base, { route: ROUTES[about], ca, secure });
    const askedAt = Date.now() / 1000;
    const answer = await httpRequest({ method: "GET", url, silence: SILENCE });
    if (answer.status !== 200) throw refusalError({ what: `GET ${url.href}`, route: about, asUser: false }, answer);
    const { headers, body, serverCertificate } = answer;
    const text = new TextDecoder().decode(body);
    return { url: url.href, text, date: headers.date, askedAt, arrivedAt: Date.now() / 1000, serverCertificate };
  };
}
