/** What a server said instead of doing what it was asked, and what to do about it. */
import { CaucaseError } from "../../core/errors.ts";
import type { RouteName } from "../../core/protocol/routes.ts";
import type { HttpResponse } from "./http_request.ts";

export interface RefusedCall {
  /** `PUT http://…` */
  readonly what: string;
  readonly route: RouteName;
  /** Whether a user's certificate was shown. */
  readonly asUser: boolean;
}

/** Bytes of an answer that are looked at for its reason. */
const REASON_SIZE = 300;

/** What every server of caucase has: where it is not found, something else answers. */
const ALWAYS_THERE: readonly RouteName[] = ["caCertificate", "caChain", "crlList", "submit", "renew", "revoke"];

/** The error for an answer that is none of success: status and reason in one short line without control characters. */
export function refusalError(call: RefusedCall, response: HttpResponse): CaucaseError {
  const { status, headers } = response;
  const reason = reasonOf(response);
  const hint = hintFor(call, response);
  const retryAfter = retryAfterOf(headers);
  return new CaucaseError("refused", `${call.what}: the server answered ${status}${reason && `: ${reason}`}`, {
    status,
    ...(hint !== undefined && { hint }),
    ...(retryAfter !== undefined && { retryAfter }),
  });
}

/** Empty where there is nothing for a person: our servers and the reference's send text, others a page. */
function reasonOf({ headers, body }: HttpResponse): string {
  const text = oneLine(new TextDecoder().decode(body.subarray(0, REASON_SIZE)));
  return text.startsWith("<") || headers["content-type"]?.startsWith("text/html") ? "" : text;
}

function hintFor({ route, asUser }: RefusedCall, { status, headers: { location } }: HttpResponse): string | undefined {
  if (status === 401) {
    return asUser ? "the certificate that was used is no user's, has expired or was revoked" : "see --user-key";
  }
  if (status >= 300 && status <= 399 && location !== undefined) {
    return `it points to ${oneLine(location).slice(0, REASON_SIZE)}: give the address of the caucase server itself`;
  }
  if (status !== 404) return undefined;
  if (route === "sign" || route === "reject") {
    return "it may be signed or rejected already; requests of users need --mode user";
  }
  return ALWAYS_THERE.includes(route) ? "check the URL: a caucase server would have this" : undefined;
}

function oneLine(text: string): string {
  return text.replace(/[^\p{L}\p{N}\p{P}\p{S} ]+/gu, " ").trim();
}

/** Seconds (RFC 9110 10.2.3). A date is compared with the answer's own: the clocks may differ. */
function retryAfterOf({ "retry-after": value = "", date = "" }: HttpResponse["headers"]): number | undefined {
  const seconds = /^\d+$/.test(value) ? Number(value) : (Date.parse(value) - Date.parse(date)) / 1000;
  return seconds >= 0 ? seconds : undefined;
}
