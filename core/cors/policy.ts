/** Which other origin may do what: the whole decision, as one function of the request's headers. */
import type { OriginPolicy } from "../protocol/routes.ts";
import { type ConsentTokens, readConsentCookie, setConsentCookie, withoutToken } from "./cookie.ts";
import { isWebOrigin, OPAQUE_ORIGIN, parseOrigin } from "./origin.ts";
import { type ConsentVerification, readConsent } from "./token.ts";

export interface OriginQuestion {
  /** The `Origin` header. A request without one comes from no other origin's page: there is nothing to judge. */
  readonly origin: string;
  /** The origin that the request was sent to, in normal form, where it says. */
  readonly sentTo: string | undefined;
  readonly policy: OriginPolicy;
  /** The `Cookie` header. */
  readonly cookie: string | undefined;
}

/** Origins in it are in normal form, or `null`. */
export type Judgement =
  /** No other origin is involved. */
  | { readonly kind: "own" }
  | { readonly kind: "allowed"; readonly origin: string }
  /** A person must be asked about `origin`; `setCookie` takes away what was of no use in the cookie. */
  | { readonly kind: "undecided"; readonly origin: string; readonly setCookie?: string }
  | { readonly kind: "refused"; readonly reason: string };

/**
 * Judges the origin of a request.
 * @param whitelist origins in normal form that need no consent
 */
export function judgeOrigin(
  question: OriginQuestion,
  { whitelist, ...verification }: ConsentVerification & { readonly whitelist: ReadonlySet<string> },
): Judgement | Promise<Judgement> {
  if (question.origin === OPAQUE_ORIGIN) return judgeOpaque(question.policy);
  const origin = parseOrigin(question.origin);
  if (origin === undefined) return refused("the Origin header is not an origin");
  if (origin === question.sentTo) return { kind: "own" };
  if (question.policy === "none") return refused("this is for pages of this server only");
  if (question.policy === "any" || whitelist.has(origin)) return { kind: "allowed", origin };
  if (!isWebOrigin(origin)) return refused("only the operator can allow origins of this scheme");
  return judgeConsent(origin, readConsentCookie(question.cookie), verification);
}

/** Nobody can tell whose page it is, so what is open to all is all it gets. */
function judgeOpaque(policy: OriginPolicy): Judgement {
  return policy === "any" ? { kind: "allowed", origin: OPAQUE_ORIGIN } : refused('origin "null" is nobody\'s');
}

async function judgeConsent(
  origin: string,
  tokens: ConsentTokens | undefined,
  verification: ConsentVerification,
): Promise<Judgement> {
  if (tokens === undefined) return { kind: "undecided", origin, setCookie: setConsentCookie(new Map()) };
  const token = tokens.get(origin);
  if (token === undefined) return { kind: "undecided", origin };
  const consent = await readConsent(token, verification);
  // A page can copy another origin's token to its own name.
  if (consent?.origin !== origin) {
    return { kind: "undecided", origin, setCookie: setConsentCookie(withoutToken(tokens, origin)) };
  }
  return consent.allowed ? { kind: "allowed", origin } : refused("access was denied to this origin");
}

function refused(reason: string): Judgement {
  return { kind: "refused", reason };
}
