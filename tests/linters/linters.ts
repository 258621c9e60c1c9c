/** The linters that are installed here. */
import { opensslPath, pkilintPython, zlintPath } from "../support/requirements.ts";
import { lintWithOpenssl } from "./openssl.ts";
import { lintWithPkilint } from "./pkilint.ts";
import type { Linter, LinterFinding } from "./specimen.ts";
import { lintWithZlint } from "./zlint.ts";

type Judge = (program: string, ...specimens: Parameters<Linter>) => ReturnType<Linter>;

const LINTERS: Readonly<
  Record<LinterFinding["linter"], { readonly find: () => string | undefined; readonly judge: Judge }>
> = {
  pkilint: { find: pkilintPython, judge: lintWithPkilint },
  openssl: { find: opensslPath, judge: lintWithOpenssl },
  zlint: { find: zlintPath, judge: lintWithZlint },
};

export const LINTER_NAMES: readonly LinterFinding["linter"][] = ["pkilint", "openssl", "zlint"];

/** The linter of that name; undefined, and said so, where its program is missing. */
export function installedLinter(name: LinterFinding["linter"]): Linter | undefined {
  const { find, judge } = LINTERS[name];
  const program = find();
  return program === undefined ? undefined : (specimens) => judge(program, specimens);
}
