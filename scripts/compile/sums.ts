/** SHA-256 sums as `sha256sum -c` and `shasum -c` read them. */
import * as path from "node:path";

/** A line for each of the files called `names` in `folder`, sorted by name. */
export async function sumsOf(folder: string, names: readonly string[]): Promise<string> {
  const lines = await Promise.all(
    names.toSorted().map(async (name) => `${await sha256(path.join(folder, name))}  ${name}\n`),
  );
  return lines.join("");
}

async function sha256(file: string): Promise<string> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", await Deno.readFile(file))).toHex();
}
