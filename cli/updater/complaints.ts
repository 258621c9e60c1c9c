/** What only a person can mend, and how. */
import { CaucaseError } from "../../core/errors.ts";
import type { Certificate } from "../../core/x509/certificate.ts";
import type { UpdaterEntry } from "./entry_options.ts";

/** A certificate that has expired. It cannot vouch for its holder any more, so the server will not renew it. */
export function expiredPair(
  { certificate: files, caUrl }: UpdaterEntry,
  expired: Certificate | undefined,
): CaucaseError {
  const { certificatePath = "", keyPath = "", csrPath = "", identity } = files ?? {};
  const date = new Date((expired?.notAfter ?? 0) * 1000).toISOString();
  const move = certificatePath === keyPath
    ? `move ${certificatePath} away`
    : `move ${certificatePath} and ${keyPath} away`;
  const request = identity === undefined
    ? `make a new request (caucase rerequest --template ${csrPath} --csr ${csrPath} --key ${keyPath})`
    : `a new request is then made`;
  return new CaucaseError(
    "untrusted",
    `the certificate in ${certificatePath} expired at ${date} and cannot renew itself`,
    {
      hint: `${move}, ${request}, send SIGHUP or start again, and have a user sign the request at ${caUrl}`,
    },
  );
}

/** A request that the server does not know any more. */
export function lostRequest({ statePath, caUrl }: UpdaterEntry, id = ""): CaucaseError {
  return new CaucaseError("not-found", `request ${id} was rejected: ${caUrl} has neither it nor a certificate for it`, {
    hint: `or its certificate was not fetched in time; to send the request again, remove ${statePath} and start again`,
  });
}
