/** What only a person can mend, and how. */
import { CaucaseError } from "../../core/errors.ts";
import type { Certificate } from "../../core/x509/certificate.ts";
import type { UpdaterEntry } from "./entry_options.ts";
import { renewalPath } from "./saved_renewal.ts";

/** A request that nobody but a user of the CA can turn into a certificate. */
export function waitingForUser({ caUrl }: UpdaterEntry, id: string): string {
  return `a user has to sign request ${id} at ${caUrl}`;
}

/** A request in place of an expired certificate that the server does not know any more. */
export function lostReplacement(entry: UpdaterEntry, expired: Certificate, id = ""): CaucaseError {
  const { caUrl, certificate: { keyPath = "" } = {} } = entry;
  const date = new Date(expired.notAfter * 1000).toISOString();
  const message =
    `the certificate in ${entry.name} expired at ${date}, and request ${id} for another one was rejected: ` +
    `${caUrl} has neither it nor a certificate for it`;
  return new CaucaseError("not-found", message, {
    hint: "or its certificate was not fetched in time; " +
      `to send another request, remove ${renewalPath(keyPath)} and send SIGHUP or start again`,
  });
}

/** A renewal that the server understood and does not grant. */
export function refusedRenewal(entry: UpdaterEntry, refusal: CaucaseError): CaucaseError {
  const hint = `if it was revoked, or comes from another CA, ${howToBeginAnew(entry)}`;
  return new CaucaseError(refusal.code, `cannot renew ${entry.name}: ${refusal.message}`, { ...refusal.details, hint });
}

function howToBeginAnew({ certificate: files, caUrl }: UpdaterEntry): string {
  const { certificatePath = "", keyPath = "", csrPath = "", identity } = files ?? {};
  const both = certificatePath === keyPath ? certificatePath : `${certificatePath} and ${keyPath}`;
  const request = identity === undefined
    ? `make a new request (caucase rerequest --template ${csrPath} --csr ${csrPath} --key ${keyPath})`
    : "a new request is then made";
  return `move ${both} away, ${request}, send SIGHUP or start again, and have a user sign the request at ${caUrl}`;
}

/** A request that the server does not know any more. */
export function lostRequest({ statePath, caUrl }: UpdaterEntry, id = ""): CaucaseError {
  return new CaucaseError("not-found", `request ${id} was rejected: ${caUrl} has neither it nor a certificate for it`, {
    hint: `or its certificate was not fetched in time; to send the request again, remove ${statePath} and start again`,
  });
}
