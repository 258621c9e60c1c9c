/** Where `manage` gets passphrases from. */
import { CaucaseError } from "../../core/errors.ts";
import { readFileBytes } from "../../core/host/durable_file.ts";
import { decodeTextStrictly } from "../../core/text.ts";

/** How to ask a person: shows the prompt, and gives what was typed. */
export type AskPerson = (prompt: string) => Promise<string>;

/** What the server's half of `manage` wants. */
interface PassphraseSource {
  ofKey(path: string): Promise<string>;
  forExport(): Promise<string>;
}

/** Asked for on the terminal, each time one is needed. `tell` shows a line. */
export function askedPassphrases(ask: AskPerson, tell: (line: string) => void): PassphraseSource {
  return {
    ofKey: (path) => ask(`Passphrase for key at ${path}: `),
    async forExport() {
      for (;;) {
        const passphrase = await ask("CA export passphrase: ");
        const again = await ask("             (again): ");
        if (passphrase === "") tell("A passphrase is needed, retrying");
        else if (passphrase !== again) tell("Input does not match, retrying");
        else return passphrase;
      }
    },
  };
}

/**
 * The first line of the file at `path`, for every key. A pipe will do: it is read once.
 * @throws `file` when it cannot be read, or that line is empty
 */
export async function passphrasesFrom(path: string): Promise<PassphraseSource> {
  const bytes = await readFileBytes(path);
  if (bytes === undefined) throw new CaucaseError("file", `cannot read ${path}: it does not exist`);
  const [line = ""] = decode(bytes, path).split(/\r?\n/, 1);
  if (line === "") {
    throw new CaucaseError("file", `cannot use ${path}: its first line is empty, where the passphrase belongs`);
  }
  return { ofKey: () => Promise.resolve(line), forExport: () => Promise.resolve(line) };
}

function decode(bytes: Uint8Array, path: string): string {
  try {
    return decodeTextStrictly(bytes);
  } catch (cause) {
    throw new CaucaseError("file", `cannot use ${path}: it is neither UTF-8 nor UTF-16`, { cause });
  }
}
