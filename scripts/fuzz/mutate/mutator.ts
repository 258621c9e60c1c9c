/** One input from another, by the grammar of its target. */
import { type Bytes, utf8 } from "../../../core/bytes.ts";
import { decodePem, encodePem } from "../../../core/pem.ts";
import type { SeededRandom } from "../random.ts";
import type { Target } from "../target.ts";
import { mutateBytes, spliceBytes } from "./bytes.ts";
import { mutateDer } from "./der.ts";
import { mutateJson } from "./json.ts";
import { mutateText, spliceText } from "./text.ts";

/** Bytes of an input: enough for every limit that is counted in hundreds, and soon read. */
const LARGEST_INPUT = 128 * 1024;

interface Parents {
  readonly input: Uint8Array;
  readonly other: Uint8Array;
}

type Language = Pick<Target, "grammar" | "words">;

/** Something like `input`, perhaps with parts of `other`. */
export function mutate(language: Language, parents: Parents, random: SeededRandom): Bytes {
  // Every grammar has its blind spots.
  const changed = random.oneIn(12) ? mutateBytes(parents.input, random) : mutateByGrammar(language, parents, random);
  return new Uint8Array(changed.subarray(0, LARGEST_INPUT));
}

function mutateByGrammar(language: Language, { input, other }: Parents, random: SeededRandom): Uint8Array {
  const { grammar, words = [] } = language;
  if (grammar === "der") return mutateDer(input, [other], random);
  if (grammar === "bytes") return random.oneIn(6) ? spliceBytes(input, other, random) : mutateBytes(input, random);
  const [text, second] = [textOf(input), textOf(other)];
  if (random.oneIn(10)) return utf8(spliceText(text, second, random));
  if (grammar === "json") return utf8(mutateJson(text, words, random));
  return grammar === "pem" ? mutatePem(text, second, random) : utf8(mutateText(text, words, random));
}

/** Half of the time what the blocks hold, else the text around it. */
function mutatePem(text: string, other: string, random: SeededRandom): Uint8Array {
  const blocks = blocksOf(text);
  if (blocks.length === 0 || random.oneIn(2)) return utf8(mutateText(text, PEM_WORDS, random));
  const changed = random.below(blocks.length);
  const others = blocksOf(other).map(({ der }) => der);
  const written = blocks.map(({ label, der }, index) =>
    encodePem(label, index === changed ? mutateDer(der, others, random) : der)
  );
  return utf8(written.join(""));
}

const PEM_WORDS = [
  ...["-----BEGIN ", "-----END ", "-----", "-----BEGIN X-----\n", "-----END X-----\n", "CERTIFICATE", "PRIVATE KEY"],
  ...[
    "RSA PRIVATE KEY",
    "Proc-Type: 4,ENCRYPTED\n",
    "DEK-Info: AES-128-CBC,00\n",
    "\n",
    "\r\n",
    "\r",
    "=",
    "==",
    "AAAA",
  ],
];

function blocksOf(text: string) {
  try {
    return decodePem(text);
  } catch {
    return [];
  }
}

function textOf(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}
