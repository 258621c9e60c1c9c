/** What only a person can mend, and how. */
import { CaucaseError } from "../../core/errors.ts";
import type { Certificate } from "../../core/x509/certificate.ts";
import type { UpdaterEntry } from "./entry_options.ts";

/** A certificate that has expired. It cannot vouch for its holder any more, so the server will not renew it. */
export function expiredPair(entry: UpdaterEntry, expired: Certificate | undefined): CaucaseError {
  const date = new Date((expired?.notAfter ?? 0) * 1000).toISOString();
  const message = `the certificate in ${entry.name} expired at ${date} and cannot renew itself`;
  return new CaucaseError("untrusted", message, { hint: howToBeginAnew(entry) });
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
