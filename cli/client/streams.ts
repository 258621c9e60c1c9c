/** Results that a person wants on a terminal or in a pipe: `--get-csr ID /dev/stdout`, or `>(command)` in a shell. */
import { writeToDevice } from "../../core/host/durable_file.ts";
import { printText } from "../terminal.ts";

/**
 * Our own standard output by its names. It is written as such also where it leads to a file: replacing that file would take it away
 * from whatever else the shell writes there.
 */
const STANDARD_OUTPUT: readonly string[] = ["/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"];

/**
 * Writes `pem` to the stream or device that `path` names.
 * @returns false, and nothing was done, when it names a file or nothing
 * @throws `file`
 */
export async function deliverToStream(path: string, pem: string): Promise<boolean> {
  if (!STANDARD_OUTPUT.includes(path)) return await writeToDevice(path, pem);
  printText(pem);
  return true;
}
