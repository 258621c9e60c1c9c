/** Programs of the system that check what is in `packaging/`, and that not every machine has. */
import * as path from "node:path";
import { isFile } from "../support/files.ts";

const announced = new Set<string>();

/** The file of a program in `PATH`, or undefined after saying which package has it. */
export function findTool(program: string, debianPackage: string): string | undefined {
  const folders = (Deno.env.get("PATH") ?? "").split(path.delimiter);
  const found = folders.map((folder) => path.join(folder, program)).find(isFile);
  if (found === undefined) leaveOut(`${program} is missing (apt-get install ${debianPackage})`);
  return found;
}

/** Says, once, why tests are left out. */
export function leaveOut(reason: string): void {
  if (announced.has(reason)) return;
  announced.add(reason);
  console.log(`left out: ${reason}`);
}
