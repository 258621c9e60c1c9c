/**
 * `GET` and `POST /cors`: a person says whether another origin may use this server, and the browser remembers it in a
 * cookie.
 */
import { fromUtf8 } from "../../core/bytes.ts";
import { readConsentCookie, setConsentCookie, withToken } from "../../core/cors/cookie.ts";
import type { CorsKeys } from "../../core/cors/key_set.ts";
import { isReturnAddress, isWebOrigin, parseOrigin } from "../../core/cors/origin.ts";
import { readForm, signConsent, signForm } from "../../core/cors/token.ts";
import { CaucaseError, malformed } from "../../core/errors.ts";
import { consentPage } from "./consent_html.ts";
import type { Answer, Exchange } from "../http/exchange.ts";
import type { CaucaseHandlers } from "./handlers.ts";
import type { OwnOrigins } from "./own_origins.ts";

/**
 * The handlers of `GET /cors?origin=…&return=…`, which over HTTP is a redirect to the same over HTTPS, and of
 * `POST /cors`. The route table says that there is no post over HTTP or from pages of other origins.
 */
export type CorsPage = Pick<CaucaseHandlers, "corsPage" | "corsDecide">;

export interface CorsPageOptions {
  readonly keys: CorsKeys;
  readonly own: OwnOrigins;
}

interface PostedForm {
  readonly origin: string;
  readonly returnTo: string;
  readonly token: string;
}

/** Bytes; the form itself is under one kilobyte besides the return address. */
const MAX_FORM_SIZE = 65_536;

export function createCorsPage({ keys, own }: CorsPageOptions): CorsPage {
  const corsPage: CorsPage["corsPage"] = ({ exchange }) => {
    const server = own.https(exchange);
    const query = queryOf(exchange.target);
    if (!exchange.secure) return () => redirect(`${server}/cors${query}`);
    const parameters = new URLSearchParams(query);
    const origin = webOrigin(single(parameters, "origin"));
    const returnTo = returnAddress(single(parameters, "return"));
    return async ({ now }) => {
      const form = { origin, returnTo, shownTo: exchange.remoteAddress };
      return consentPage({ origin, server, returnTo, token: await signForm(form, { key: await keys.signing(), now }) });
    };
  };

  const corsDecide: CorsPage["corsDecide"] = async ({ exchange }) => {
    const { origin, returnTo, allowed, token } = await readDecision(exchange);
    return async ({ now }) => {
      if (!await wasShown(exchange, { origin, returnTo, token }, now)) {
        throw new CaucaseError("origin-refused", "the form has no valid token", { hint: "open the page again" });
      }
      const consent = await signConsent({ origin, allowed }, await keys.signing());
      const tokens = readConsentCookie(exchange.header("cookie")) ?? new Map();
      return redirect(returnTo, { "Set-Cookie": setConsentCookie(withToken(tokens, origin, consent)) });
    };
  };

  /**
   * Whether the post comes from our page about this very question. Anybody can fetch a token for themselves, so it must
   * have been shown to the same peer, unless the browser itself says that the form was ours.
   */
  async function wasShown(exchange: Exchange, posted: PostedForm, now: number) {
    const form = await readForm(posted.token, { keys: keys.valid(), now });
    if (form?.origin !== posted.origin || form.returnTo !== posted.returnTo) return false;
    return exchange.header("origin") !== undefined || form.shownTo === exchange.remoteAddress;
  }

  return { corsPage, corsDecide };
}

/** The query with its question mark, as sent but for what has no place in a header. */
function queryOf(target: string): string {
  const start = target.indexOf("?");
  return start < 0 ? "" : target.slice(start).toWellFormed().replace(/[^!-~]/gu, encodeURIComponent);
}

function redirect(location: string, headers: Answer["headers"] = {}): Answer {
  return { status: 302, headers: { Location: location, "Cache-Control": "no-store", ...headers } };
}

async function readDecision(exchange: Exchange) {
  const type = exchange.header("content-type")?.split(";")[0]?.trim().toLowerCase();
  if (type !== "application/x-www-form-urlencoded") throw malformed("the body is not a form");
  const body = await exchange.body();
  if (body.length > MAX_FORM_SIZE) throw malformed("the form is too large");
  const form = new URLSearchParams(formText(body));
  const grant = single(form, "grant");
  if (grant !== "0" && grant !== "1") throw malformed('"grant" is neither 0 nor 1');
  return {
    origin: webOrigin(single(form, "origin")),
    returnTo: returnAddress(single(form, "return_to")),
    allowed: grant === "1",
    // Not `single`: a form without one is refused as from elsewhere, not as malformed.
    token: form.get("token") ?? "",
  };
}

function formText(body: Uint8Array): string {
  try {
    return fromUtf8(body);
  } catch (cause) {
    throw malformed("the form is not UTF-8", { cause });
  }
}

/** The one value of a parameter. */
function single(parameters: URLSearchParams, name: string): string {
  const [value, ...more] = parameters.getAll(name);
  if (!value || more.length > 0) throw malformed(`"${name}" must be given, once`);
  return value;
}

function webOrigin(text: string): string {
  const origin = parseOrigin(text);
  if (origin === undefined || !isWebOrigin(origin)) {
    throw malformed('"origin" is not the origin of a site', { hint: "https://host or https://host:port" });
  }
  return origin;
}

function returnAddress(text: string): string {
  if (!isReturnAddress(text)) throw malformed("only http: and https: return addresses are followed");
  return text;
}
