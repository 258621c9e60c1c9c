/**
 * What `CaStores` and `Storage` promise (core/ca/stores.ts), as one suite for every implementation:
 *
 * ```ts
 * storeContract("SQLite", async () => ({ storage: await open(), [Symbol.asyncDispose]: … }));
 * ```
 */
import { acmeAccountCases } from "./acme_account_cases.ts";
import { acmeIssueCases } from "./acme_issue_cases.ts";
import { acmeOrderCases } from "./acme_order_cases.ts";
import { registerCases } from "./store_register_cases.ts";
import { requestCases } from "./store_request_cases.ts";
import { revocationCases } from "./store_revocation_cases.ts";
import { certificateCases } from "./store_certificate_cases.ts";
import { clockCases } from "./store_clock_cases.ts";
import { eventCases } from "./store_event_cases.ts";
import { installationCases } from "./store_installation_cases.ts";
import { raceCases } from "./store_race_cases.ts";
import type { Cases, OpenStore } from "./store_fixtures.ts";

/** Registers a test for every case, each on a store of its own from `open`. */
export function storeContract(implementation: string, open: OpenStore): void {
  const cases: Cases = {
    ...requestCases,
    ...certificateCases,
    ...registerCases,
    ...revocationCases,
    ...installationCases,
    ...eventCases,
    ...clockCases,
    ...raceCases,
    ...acmeAccountCases,
    ...acmeOrderCases,
    ...acmeIssueCases,
  };
  for (const [title, run] of Object.entries(cases)) {
    Deno.test(`${title} (${implementation})`, async () => {
      await using store = await open();
      await run(store.storage);
    });
  }
}
