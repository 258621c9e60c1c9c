/** zlint, with the rules that come from RFCs: those of browsers and of public CAs are not for a private one. */
import { encodePem, PEM_LABEL } from "../../core/pem.ts";
import { runCommand } from "../support/process.ts";
import { tempFolder } from "../support/temp_folder.ts";
import type { LinterFinding, Specimen } from "./specimen.ts";

const SOURCES = "RFC3279,RFC5280,RFC5480,RFC5891,RFC8813,Community";

interface ZlintResult {
  readonly result: string;
  readonly details?: string;
}

/** Results that are no findings: it holds, it is not for this specimen, or not for its date. */
const FINE: readonly string[] = ["pass", "NA", "NE"];

/** @throws Error when it fails: that is no judgement */
export async function lintWithZlint(zlint: string, specimens: readonly Specimen[]): Promise<LinterFinding[]> {
  await using folder = await tempFolder();
  const files: string[] = [];
  for (const [index, { kind, der }] of specimens.entries()) {
    const file = `${folder.path}/${index}.pem`;
    await Deno.writeTextFile(file, encodePem(kind === "CRL" ? PEM_LABEL.CRL : PEM_LABEL.CERTIFICATE, der));
    files.push(file);
  }
  const { status, out, err } = await runCommand([zlint, "-includeSources", SOURCES, ...files], { cwd: folder.path });
  const lines = out.trim().split("\n");
  if (status !== 0 || lines.length !== specimens.length) throw new Error(`zlint failed:\n${err}`);
  return specimens.flatMap((specimen, index) => {
    const results: Readonly<Record<string, ZlintResult>> = JSON.parse(lines[index] ?? "{}");
    return Object.entries(results).filter(([, { result }]) => !FINE.includes(result)).map(([code, found]) => ({
      ...{ specimen, linter: "zlint" as const, code, details: found.details ?? found.result },
    }));
  });
}
