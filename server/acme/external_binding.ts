/** Accounts bound to keys that users gave out (RFC 8555 7.3.4). */
import { readAccountKey } from "../../core/acme/json_web_key.ts";
import { AcmeProblem } from "../../core/acme/problem.ts";
import type { KeyCall } from "./call.ts";
import { readJws, verifyWithSecret } from "./jws.ts";

/**
 * The id of the external account key that a binding was made with; undefined where there is none and none is needed.
 * @throws `AcmeProblem`: `externalAccountRequired`; `malformed` for one that is not for this account;
 *   `badSignatureAlgorithm`; `unauthorized`, also for a key that is unknown or may not be used any more
 */
export async function boundKey(binding: unknown, call: KeyCall): Promise<string | undefined> {
  const { settings, store, urls, key, now } = call;
  if (binding === undefined) {
    if (!settings.eabRequired) return undefined;
    throw new AcmeProblem("externalAccountRequired", "accounts need an external account key: ask a user for one");
  }
  const inner = readJws(binding, "the external account binding");
  const { kid, jwk, nonce, url } = inner.header;
  if (kid === undefined || jwk !== undefined || nonce !== undefined) {
    throw bad("its header must have kid, and neither jwk nor nonce");
  }
  if (url !== urls.of("newAccount")) throw bad("its url is not the one of the request");
  const secret = await store.eabKeys.secret(kid, now);
  if (secret === undefined) throw new AcmeProblem("unauthorized", "the external account key is not to be used");
  await verifyWithSecret(inner, secret);
  if (readAccountKey(inner.payload).thumbprint !== key.thumbprint) throw bad("it binds another key");
  return kid;
}

function bad(reason: string): AcmeProblem {
  return new AcmeProblem("malformed", `the external account binding is not taken: ${reason}`);
}
