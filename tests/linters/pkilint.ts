/** pkilint (DigiCert): RFC 5280 field by field, and each certificate against its issuer's. */
import { fileURLToPath } from "node:url";
import { runCommand } from "../support/process.ts";
import type { LinterFinding, Specimen } from "./specimen.ts";

const DRIVER = fileURLToPath(new URL("lint_with_pkilint.py", import.meta.url));

interface PkilintFinding {
  readonly code: string;
  readonly severity: string;
  readonly details: string;
}

/** @throws Error when it fails: that is no judgement */
export async function lintWithPkilint(python: string, specimens: readonly Specimen[]): Promise<LinterFinding[]> {
  const input = specimens.map(({ kind, der, issuer }) => ({
    kind: kind === "CRL" ? "crl" : "certificate",
    der: der.toBase64(),
    issuer: issuer.toBase64(),
  }));
  const command = [python, "-I", DRIVER];
  const { status, out, err } = await runCommand(command, {
    cwd: ".",
    input: JSON.stringify(input),
    timeoutMs: 300_000,
  });
  if (status !== 0) throw new Error(`pkilint failed:\n${err}`);
  const lists: readonly (readonly PkilintFinding[])[] = JSON.parse(out);
  if (lists.length !== specimens.length) throw new Error(`pkilint judged ${lists.length} of ${specimens.length}`);
  return specimens.flatMap((specimen, index) =>
    (lists[index] ?? []).map(({ code, severity, details }) => ({
      ...{ specimen, linter: "pkilint" as const, code, details: `${severity} at ${details}` },
    }))
  );
}
