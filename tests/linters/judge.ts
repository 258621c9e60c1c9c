/** Compares what linters find with what is accepted. */
import type { AcceptedFinding } from "./accepted.ts";
import type { LinterFinding } from "./specimen.ts";

/** Findings that nobody explained, as text: which, and on what. One line for all specimens with the same. */
export function unexplained(findings: readonly LinterFinding[], accepted: readonly AcceptedFinding[]): string[] {
  const left = findings.filter((finding) => !accepted.some((entry) => explains(entry, finding)));
  const groups = Map.groupBy(left, ({ linter, code, specimen }) => `${linter} ${code} on ${specimen.kind}`);
  return [...groups].map(([what, [first, ...others]]) => {
    const more = others.length > 0 ? `, and ${others.length} more` : "";
    return `${what}: ${first?.details} (${first?.specimen.label}${more})`;
  });
}

/** Accepted findings that no longer occur, as text; only those of `linters` are looked at. */
export function vanished(
  findings: readonly LinterFinding[],
  accepted: readonly AcceptedFinding[],
  linters: readonly LinterFinding["linter"][],
): string[] {
  return accepted.filter(({ linter }) => linters.includes(linter)).flatMap((entry) =>
    entry.on.filter((kind) => !findings.some((f) => f.specimen.kind === kind && explains(entry, f)))
      .map((kind) => `${entry.linter} ${entry.code} on ${kind}`)
  );
}

function explains({ linter, code, on, details }: AcceptedFinding, finding: LinterFinding): boolean {
  return linter === finding.linter && code === finding.code && on.includes(finding.specimen.kind) &&
    (details === undefined || details.test(finding.details));
}
