/** A second opinion: what we take OpenSSL must take too, or one of us reads something into it that is not there. */
import type { Bytes } from "../../core/bytes.ts";
import { opensslPath } from "../../tests/support/requirements.ts";
import { runCommand } from "../../tests/support/process.ts";
import type { Target } from "./target.ts";

/** Undefined where the target has nothing for OpenSSL, or there is none. */
export function opensslOpinion(
  { openssl: reading }: Target,
  folder: string,
): ((input: Bytes) => Promise<string | undefined>) | undefined {
  const program = reading && opensslPath();
  if (reading === undefined || program === undefined) return undefined;
  return async (input) => {
    const file = `${folder}/input`;
    await Deno.writeFile(file, input);
    const { status, err } = await runCommand([program, ...reading, file], { cwd: folder });
    if (status === 0) return undefined;
    return `taken by us, not by openssl ${reading[0]}: ${err.split("\n").find((line) => line.includes(":")) ?? ""}`;
  };
}
