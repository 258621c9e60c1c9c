/** What a check of a server finds. */
import { CaucaseError, describeError } from "../../core/errors.ts";

export interface ProbeFinding {
  /** What was looked at: a name that stays the same, for programs. */
  readonly check: string;
  readonly level: "ok" | "warning" | "error";
  /** One line, for people. */
  readonly message: string;
}

/** What a check says that did not fail. */
export type ProbeVerdict = string | { readonly warning: string };

/** What a check looked at, where it did not fail, and its finding. */
export interface Examined<T> {
  readonly finding: ProbeFinding;
  readonly value: T | undefined;
}

/** Looks at something, and judges it. Both fail by throwing a `CaucaseError`. */
export async function examine<T>(
  check: string,
  look: () => Promise<T>,
  judge: (value: T) => ProbeVerdict | Promise<ProbeVerdict>,
): Promise<Examined<T>> {
  let value: T | undefined;
  try {
    value = await look();
    return { finding: asFinding(check, await judge(value)), value };
  } catch (error) {
    if (!(error instanceof CaucaseError)) throw error;
    return { finding: { check, level: "error", message: describeError(error) }, value };
  }
}

/** A check of which only the finding counts. */
export async function examineAlone(
  check: string,
  look: () => ProbeVerdict | Promise<ProbeVerdict>,
): Promise<ProbeFinding> {
  const { finding } = await examine(check, async () => await look(), (verdict) => verdict);
  return finding;
}

/** Unix seconds as people and programs read them. */
export function dateText(time: number): string {
  return new Date(time * 1000).toISOString().replace(".000Z", "Z");
}

function asFinding(check: string, verdict: ProbeVerdict): ProbeFinding {
  return typeof verdict === "string"
    ? { check, level: "ok", message: verdict }
    : { check, level: "warning", message: verdict.warning };
}
