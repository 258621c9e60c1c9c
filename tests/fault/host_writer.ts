/**
 * Writes files as the program does, to be run as a process that is killed, or on a disk that is full. Arguments: what
 * to do, and the path. `once`: a private file of 40 000 bytes. `generations`: the same file over and over, each time
 * all of one letter. `pairs`: the key pairs of `pairs.json` beside the path, over and over, after completing what was
 * cut short. `pair`: the second of them. `read`: reads the pair. Prints `done`, or the error's code and message.
 */
import { writeFileDurably } from "../../core/host/durable_file.ts";
import { recoverKeyPair, writeKeyPair } from "../../core/host/key_pair_change.ts";
import { type KeyPairPem, readKeyPair } from "../../core/host/key_pair_file.ts";
import { CaucaseError } from "../../core/errors.ts";

const [action = "", path = ""] = Deno.args;
const paths = { keyPath: `${path}/k.pem`, certificatePath: `${path}/c.pem` };

function pairs(): KeyPairPem[] {
  return JSON.parse(Deno.readTextFileSync(`${path}/../pairs.json`));
}

const ACTIONS: Record<string, () => Promise<unknown>> = {
  once: () => writeFileDurably(path, "n".repeat(40_000), { mode: 0o600 }),
  async generations() {
    for (let generation = 0;; generation++) {
      await writeFileDurably(path, String.fromCharCode(97 + generation % 26).repeat(40_000));
    }
  },
  async pairs() {
    await recoverKeyPair(paths);
    for (;;) for (const pair of pairs()) await writeKeyPair({ ...paths, ...pair });
  },
  async pair() {
    const [, second] = pairs();
    if (second !== undefined) await writeKeyPair({ ...paths, ...second });
  },
  read: () => readKeyPair(paths),
};

try {
  await ACTIONS[action]?.();
  console.log("done");
} catch (error) {
  if (!(error instanceof CaucaseError)) throw error;
  console.log(`${error.code}: ${error.message}`);
}
