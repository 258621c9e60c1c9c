/** How a trust store begins: with a CA certificate that a person vouches for. */
import type { Certificate } from "../../core/x509/certificate.ts";
import { certificateFromPem } from "../../core/x509/certificate.ts";
import { CaucaseError } from "../../core/errors.ts";
import type { TrustStore } from "../../core/host/trust_store.ts";
import { caFingerprint } from "../ca_fingerprint.ts";
import type { ApiClient } from "../net/api_client.ts";
import { refreshCaStore } from "../net/trust_refresh.ts";
import { saysYes } from "../output/question.ts";
import { canAsk, printError } from "../terminal.ts";

export interface PinOptions {
  /** In the form of `caFingerprint`; a person is asked where it is missing. */
  readonly fingerprint: string | undefined;
  /** Whether to take what the server shows, without a fingerprint and without asking. */
  readonly isTrusting: boolean;
  /** Unix seconds. */
  readonly now: number;
}

/**
 * The CA certificates of `store`, up to date; one that is empty begins with what the fingerprint names.
 * @throws `untrusted` when the server's is another one, or the store is of another CA; `usage` where nobody can be
 * asked for a fingerprint
 */
export async function pinned(
  api: ApiClient,
  store: TrustStore,
  { fingerprint, isTrusting, now }: PinOptions,
): Promise<readonly Certificate[]> {
  const known = await store.read();
  const pin = known.length > 0 || fingerprint !== undefined ? fingerprint : await agreedFingerprint(api, isTrusting);
  const { current } = await refreshCaStore(api, store, { now, fingerprint: pin, trustOnFirstUse: false });
  if (pin === undefined || known.length === 0) return current;
  const all = [...current, ...await Promise.all(known.map(certificateFromPem))];
  if ((await Promise.all(all.map(caFingerprint))).includes(pin)) return current;
  throw new CaucaseError("untrusted", `${store.path} holds the certificates of another CA than ${pin}`, {
    hint: "if the server was set up from nothing, remove that file and log in again",
  });
}

/** What the server shows, after a person compared it. */
async function agreedFingerprint(api: ApiClient, isTrusting: boolean): Promise<string> {
  if (!isTrusting && !canAsk()) {
    throw new CaucaseError("usage", "the server is not known yet, and there is no terminal to ask at", {
      hint: "--fingerprint says which CA certificate it must have; --yes takes the one that it shows",
    });
  }
  const shown = await caFingerprint(await certificateFromPem(await api.caCertificate()));
  printError(`The CA certificate of ${api.serverUrl} has the fingerprint\n  ${shown}`);
  if (isTrusting || await saysYes("Is this the one that the people who run it told you")) return shown;
  throw new CaucaseError("untrusted", "the fingerprint was not confirmed", { hint: "nothing was kept" });
}
