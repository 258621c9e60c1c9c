/** Reading what a request signed. */
import * as v from "valibot";
import { AcmeProblem } from "../../core/acme/problem.ts";
import type { AccountCall } from "./call.ts";

/**
 * @param what names it in the refusal
 * @throws `AcmeProblem` `malformed`; nothing of what was sent is in it
 */
export function readPayload<T>(shape: v.GenericSchema<unknown, T>, payload: unknown, what: string): T {
  const read = v.safeParse(shape, payload);
  if (read.success) return read.output;
  const [first] = read.issues;
  const path = v.getDotPath(first);
  // What a record has for keys is the client's.
  const place = path !== null && /^[A-Za-z.0-9]{1,64}$/.test(path) ? `: ${path} is not as RFC 8555 has it` : "";
  throw new AcmeProblem("malformed", `this is no payload for ${what}${place}`);
}

/** @throws `AcmeProblem` `malformed` for a request that is no POST-as-GET */
export function requireEmpty({ payload }: Pick<AccountCall, "payload">): void {
  if (payload !== undefined) throw new AcmeProblem("malformed", "this is read with an empty payload (POST-as-GET)");
}

/** Of what another account owns too: who may not have it learns nothing of it. */
export function noSuch(what: string): AcmeProblem {
  return new AcmeProblem("malformed", `there is no such ${what}`, { status: 404 });
}
