/** What ACME tells everybody: where things are, nonces, and when a certificate should be renewed. */
import { parseRenewalId, suggestedWindow } from "../../../core/acme/renewal_info.ts";
import { timeText } from "../../../core/log.ts";
import { jsonAnswer } from "../answers.ts";
import type { AcmeHandlers, OpenCall } from "../call.ts";
import { noSuch } from "../payload.ts";
import { profilesOf } from "../profiles.ts";

type Discovery = Pick<AcmeHandlers, "directory" | "newNonce" | "headNonce" | "renewalInfo">;

/** Seconds until a client asks again for the window of a certificate. */
const WINDOW_AGAIN = 6 * 3600;

/** Seconds for which a directory may be kept. */
const DIRECTORY_LIFE = 3600;

/** The site puts the nonce into both answers. */
const NONCE_HEADERS = { "Cache-Control": "no-store" };

export const DISCOVERY_HANDLERS: Discovery = {
  directory: () => directory,
  newNonce: () => () => ({ status: 204, headers: NONCE_HEADERS }),
  headNonce: () => () => ({ status: 200, headers: NONCE_HEADERS }),
  renewalInfo: ({ parameters: { id } }) => (call) => renewalInfo(call, id),
};

function directory({ urls, settings, ca }: OpenCall) {
  const { termsOfService, website, eabRequired } = settings;
  const meta = {
    ...(termsOfService !== undefined && { termsOfService }),
    ...(website !== undefined && { website }),
    externalAccountRequired: eabRequired,
    profiles: profilesOf(ca.lifeSpan),
  };
  const resources = {
    newNonce: urls.of("newNonce"),
    newAccount: urls.of("newAccount"),
    newOrder: urls.of("newOrder"),
    revokeCert: urls.of("revoke"),
    keyChange: urls.of("keyChange"),
    // Clients put a slash and the id after it (RFC 9773 4.1).
    renewalInfo: urls.of("renewalInfo").replace(/\/$/, ""),
    meta,
  };
  return jsonAnswer(200, resources, { "Cache-Control": `public, max-age=${DIRECTORY_LIFE}` });
}

/** @throws `AcmeProblem` `malformed`, also for a certificate that this CA never issued, or that ended long ago */
async function renewalInfo({ ca, stores, now }: OpenCall, text: string) {
  const { issuer, serial } = parseRenewalId(text);
  const registered = await stores.certificates.registered(serial);
  if (registered?.issuer !== issuer) throw noSuch("certificate");
  const { notBefore, notAfter } = registered;
  const isRevoked = await stores.revocations.isRevoked(serial);
  const issuers = await ca.issuers.ensureValid(now);
  const left = (issuers.find(({ certificate }) => certificate.keyIdentifier === issuer)?.notAfter ?? now) - now;
  // A CA signs nothing that outlives it, and its successor comes long before: what is left of it is too little then.
  const isIssuerLeaving = left < ca.lifeSpan / 3;
  const { start, end } = suggestedWindow({ notBefore, notAfter, isRevoked, isIssuerLeaving }, now);
  const window = { start: timeText(start), end: timeText(end) };
  return jsonAnswer(200, { suggestedWindow: window }, { "Retry-After": `${WINDOW_AGAIN}` });
}
