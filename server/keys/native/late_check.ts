/**
 * libcrypto is checked before a key is entrusted to it, and no sooner: a start opens keys and signs nothing, and the
 * check takes longer than opening the database. Curves that few have keys on are checked when a key on one is first
 * used.
 */
import { type CurveName, CURVES } from "../../../core/keys/ec_curves.ts";
import type { PublicKey } from "../../../core/keys/public_key.ts";
import type { Log } from "../../../core/log.ts";
import type { NativeKeys } from "./native_keys.ts";
import { type CheckedKind, selfCheck } from "./self_check.ts";

/** What every server has keys of: who fails at one of them gets no key at all. */
const CHECKED_FIRST: readonly CheckedKind[] = ["RSA", "P-256"];

/** Whether libcrypto may be asked about such a key. */
export type IsTrusted = (key: Pick<PublicKey, "curve">) => Promise<boolean>;

export interface LateCheck {
  /** Checks what every server needs, once. @throws Error that says what is wrong */
  readonly check: () => Promise<void>;
  readonly isTrusted: IsTrusted;
}

/** What `check` finds is for its caller to tell; a rare curve that libcrypto fails at is told here. */
export function lateCheck(keys: Pick<NativeKeys, "signerFor" | "verdict">, log: Log): LateCheck {
  const verdicts = new Map<CurveName, Promise<boolean>>();
  let first: Promise<void> | undefined;
  const check = () => first ??= selfCheck(keys, CHECKED_FIRST);
  const checkCurve = async (curve: CurveName) => {
    try {
      await selfCheck(keys, [curve]);
      return true;
    } catch (error) {
      log.warning("signer.curve_refused", { curve: CURVES[curve].name, error });
      return false;
    }
  };
  const isTrusted: IsTrusted = async ({ curve }) => {
    if (!await check().then(() => true, () => false)) return false;
    if (curve === undefined || CHECKED_FIRST.includes(curve)) return true;
    const verdict = verdicts.get(curve) ?? checkCurve(curve);
    verdicts.set(curve, verdict);
    return await verdict;
  };
  return { check, isTrusted };
}
