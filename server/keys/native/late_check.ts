/**
 * Curves that few have keys on are checked when a key on one is first used: at every start that would take as long as
 * all else that libcrypto is asked for then.
 */
import { type CurveName, CURVES } from "../../../core/keys/ec_curves.ts";
import type { PublicKey } from "../../../core/keys/public_key.ts";
import type { Log } from "../../../core/log.ts";
import type { NativeKeys } from "./native_keys.ts";
import { type CheckedKind, selfCheck } from "./self_check.ts";

/** What a start checks, before anything is entrusted to a libcrypto. */
export const CHECKED_FIRST: readonly CheckedKind[] = ["RSA", "P-256"];

/** Whether libcrypto may be asked about such a key. */
export type IsTrusted = (key: PublicKey) => Promise<boolean>;

/** Checks each of the other curves once, and says so where libcrypto fails at one. */
export function lateCheck(keys: Pick<NativeKeys, "signerFor" | "verdict">, log: Log): IsTrusted {
  const verdicts = new Map<CurveName, Promise<boolean>>();
  const check = async (curve: CurveName) => {
    try {
      await selfCheck(keys, [curve]);
      return true;
    } catch (error) {
      log.warning("signer.curve_refused", { curve: CURVES[curve].name, error });
      return false;
    }
  };
  return async ({ curve }) => {
    if (curve === undefined || CHECKED_FIRST.includes(curve)) return true;
    const verdict = verdicts.get(curve) ?? check(curve);
    verdicts.set(curve, verdict);
    return await verdict;
  };
}
