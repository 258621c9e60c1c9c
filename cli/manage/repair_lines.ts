/** What is said about revocations in a database, and about what was set right in it. */
import { timeToText } from "../../core/utc_time.ts";

/** One revocation, for scripts as well: CA, serial number, time. */
export function revocationLine(
  { ca, serial, at }: { readonly ca: string; readonly serial: string; readonly at: number },
) {
  return `${ca} ${serial} ${timeToText(at)}`;
}

/** @param place where some cannot be read, and how many at most, if that is known */
export function gapLine({ ca, missing }: { readonly ca: string; readonly missing: bigint | undefined }): string {
  const what = missing === undefined ? "what comes here" : `up to ${missing} that come here`;
  return `(${ca}: ${what} cannot be read)`;
}

interface Raised {
  readonly ca: string;
  readonly from: bigint;
  readonly to: bigint;
  readonly raisedBefore: number | undefined;
}

/** With a word where it was done before, as that may have been a moment ago. */
export function raisedLine({ ca, from, to, raisedBefore }: Raised): string {
  const before = raisedBefore === undefined ? "" : ` (raised before, at ${timeToText(raisedBefore)})`;
  return `Raised the CRL number of ${ca} from ${from} to ${to}${before}`;
}

/** What was done for a user, and what to do now. */
export function admissionLines(
  { amount, wasOpen }: { readonly amount: number; readonly wasOpen: boolean },
): string[] {
  return [
    wasOpen
      ? "The next request of a user was to be signed automatically already: nothing is changed"
      : `The next request of a user will be signed automatically, number ${amount} of all; none after it`,
    "Start the server, and send a request with a new key at once: client --mode user --send-csr.",
    "If its certificate is not there at once, another request came first: revoke what it got, and begin again.",
  ];
}
