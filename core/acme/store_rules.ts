/** What every store of ACME does alike: its refusals, in the same words. */
import type { Account } from "./account.ts";
import { AcmeProblem } from "./problem.ts";

export const HOUR = 3600;

export function tooManyAccounts(address: string): AcmeProblem {
  return new AcmeProblem("rateLimited", `${address} has made as many accounts as it may in an hour`, {
    retryAfter: HOUR,
  });
}

export function tooManyOrders(most: number): AcmeProblem {
  return new AcmeProblem("rateLimited", `the account has ${most} unfinished orders, as many as it may`, {
    retryAfter: HOUR,
    hint: "finalize them, or let them expire",
  });
}

export function tooManyFailures(name: string): AcmeProblem {
  return new AcmeProblem("rateLimited", `${name} was not validated as often as it may be tried in an hour`, {
    retryAfter: HOUR,
  });
}

export function alreadyReplaced(serial: bigint): AcmeProblem {
  return new AcmeProblem("alreadyReplaced", `another order replaces the certificate with serial ${serial}`);
}

export function keyTaken({ id }: Pick<Account, "id">): AcmeProblem {
  return new AcmeProblem("malformed", "another account has this key", { account: id });
}
