/** Which servers are measured side by side. */
import { isFile } from "../../tests/support/files.ts";
import { referenceFolder } from "../../tests/support/requirements.ts";
import { CA_KINDS } from "./ca_material.ts";
import { ours, reference } from "./caucase_program.ts";
import type { Program } from "./program.ts";
import { stepCa } from "./step_ca.ts";

/** Ours with each kind of CA key; step-ca and the reference where they are installed. */
export async function programs(): Promise<readonly Program[]> {
  const found: Program[] = CA_KINDS.map((kind) => ours(kind));
  const file = stepCaFile();
  if (file !== undefined) { for (const kind of CA_KINDS) found.push(await stepCa(file, kind)); }
  const folder = referenceFolder();
  // It makes RSA keys alone.
  if (folder !== undefined) found.push(reference(folder));
  return found;
}

/** The program that `STEP_CA` names. @throws Error when it names no file: whoever sets the variable means it */
function stepCaFile(): string | undefined {
  const named = Deno.env.get("STEP_CA");
  if (named !== undefined && !isFile(named)) throw new Error(`STEP_CA is set, but ${named} is no file`);
  if (named === undefined) console.log("left out: step-ca is missing (CONTRIBUTING.md says how to get it)");
  return named;
}
