/** The names that an order asks for. */
import { dnsIdentifier, type Identifier, ipIdentifier, sortedIdentifiers } from "./identifier.ts";
import { isAllowed, type NameRules } from "./name_pattern.ts";
import { AcmeProblem, combineProblems, type Problem, type ProblemType } from "./problem.ts";

/** An identifier as a client wrote it. */
export interface WrittenIdentifier {
  readonly type: string;
  readonly value: string;
}

/**
 * The names of an order, each once, sorted.
 * @param most how many an order may have
 * @throws `AcmeProblem`: `malformed` for none or too many; `unsupportedIdentifier`, `malformed` or
 *   `rejectedIdentifier`, with a subproblem for each name where there are several
 */
export function readOrderedNames(
  written: readonly WrittenIdentifier[],
  { most, rules }: { readonly most: number; readonly rules: NameRules },
): readonly Identifier[] {
  if (written.length === 0) throw new AcmeProblem("malformed", "the order has no identifiers");
  if (written.length > most) throw new AcmeProblem("malformed", `the order has more than ${most} identifiers`);
  const names = written.map((one) => readName(one, rules));
  const problems = names.filter((one): one is Problem => "detail" in one);
  if (problems.length > 0) {
    const { type, detail, ...rest } = combineProblems(problems);
    throw new AcmeProblem(type, detail, rest);
  }
  return sortedIdentifiers(names.filter((one): one is Identifier => "value" in one));
}

function readName({ type, value }: WrittenIdentifier, rules: NameRules): Identifier | Problem {
  if (type !== "dns" && type !== "ip") {
    return { type: "unsupportedIdentifier", detail: "identifiers are of the type dns or ip" };
  }
  const refuse = (problem: ProblemType, detail: string): Problem => ({
    type: problem,
    detail,
    identifier: { type, value: value.slice(0, 253) },
  });
  const identifier = type === "dns" ? dnsIdentifier(value) : ipIdentifier(value);
  if (identifier === undefined) {
    return refuse("malformed", `this is no ${type === "dns" ? "host name of A-labels" : "IP address"}`);
  }
  return isAllowed(rules, identifier) ? identifier : refuse("rejectedIdentifier", "this name may not be ordered here");
}
