/** Every defence that SECURITY.md claims, with what it is broken with. */
import { ACTING } from "./acting.ts";
import { CHANGING } from "./changing.ts";
import { FAULTS } from "./faults.ts";
import { IMPERSONATING } from "./impersonating.ts";
import { KEEPING } from "./keeping.ts";
import { LIBRARIES } from "./libraries.ts";
import type { Defence } from "./mutation.ts";
import { REQUESTING } from "./requesting.ts";
import { STOPPING } from "./stopping.ts";

export const DEFENCES: readonly Defence[] = [
  ...ACTING,
  ...IMPERSONATING,
  ...CHANGING,
  ...REQUESTING,
  ...STOPPING,
  ...FAULTS,
  ...KEEPING,
  ...LIBRARIES,
];

/** Rows that no change of our source can break, and why. By their first cell. */
export const NOT_MUTATED: Readonly<Record<string, string>> = {
  "a stop while libcrypto works in other threads": "without it, one process in fifteen crashes: a run may miss that",
  "all of this for an hour": "an hour for each mutation: `deno task soak` is what shows it",
};

/** Test files that no mutation runs although a row names them, and why. */
export const NOT_RUN: Readonly<Record<string, string>> = {
  "tests/interop/stolen_certificate_test.ts":
    "what it shows is the runtime's doing: there is nothing of ours to take out",
  "tests/browser/consent_test.ts": "needs a browser; the tests beside the source that the same rows name need none",
};
