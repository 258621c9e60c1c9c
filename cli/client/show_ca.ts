/** How a host that is trusted already tells others what to trust. */
import { equalBytes } from "../../core/bytes.ts";
import { CaucaseError } from "../../core/errors.ts";
import { certificateFromPem } from "../../core/x509/certificate.ts";
import { caFingerprint } from "../ca_fingerprint.ts";
import { printLine } from "../terminal.ts";
import type { Session } from "./session.ts";

/**
 * `--show-ca`: the fingerprint of what the server gives to whoever has no CA certificate yet, if it is one that we trust.
 * @throws `untrusted` when it is not
 */
export async function showCa({ api, authorities }: Session): Promise<void> {
  const first = await certificateFromPem(await api.caCertificate());
  if (!authorities.some(({ der }) => equalBytes(der, first.der))) {
    throw new CaucaseError("untrusted", "the server's CA certificate for newcomers is none of the stored ones");
  }
  printLine(await caFingerprint(first));
}
