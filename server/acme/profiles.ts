/** Profiles of certificates (draft-ietf-acme-profiles): there is one, and an order that names none gets it. */
import { AcmeProblem } from "../../core/acme/problem.ts";
import { SECONDS_PER_DAY } from "../../core/ca/lifecycle.ts";

export const DEFAULT_PROFILE = "default";

/** By name what each is, for people. */
export function profilesOf(lifeSpan: number): Readonly<Record<string, string>> {
  const days = Math.round(100 * lifeSpan / SECONDS_PER_DAY) / 100;
  return { [DEFAULT_PROFILE]: `for servers and clients, valid for ${days} days` };
}

/** @throws `AcmeProblem` `invalidProfile` */
export function requireProfile(name: string): void {
  if (name === DEFAULT_PROFILE) return;
  throw new AcmeProblem("invalidProfile", `the only profile is ${DEFAULT_PROFILE}`);
}
