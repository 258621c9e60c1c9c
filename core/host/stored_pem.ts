/** PEM as it stands in files, character for character: `decodePem` gives blocks their canonical form instead. */
import { decodePem } from "../pem.ts";

export interface StoredBlock {
  /** From BEGIN to END as it stands there, with its own line ends and width. */
  readonly raw: string;
  readonly der: Uint8Array;
}

/**
 * The blocks of `text` that have `label`, in order.
 * @throws `malformed` when any block, of whatever label, is
 */
export function storedBlocks(text: string, label: string): StoredBlock[] {
  const blocks = decodePem(text);
  // Where `decodePem` is content, every BEGIN has its END before the next BEGIN.
  const raws = text.match(/-----BEGIN [^]*?-----END .*?-----/g) ?? [];
  return blocks.map(({ der }, index) => ({ raw: raws[index] ?? "", der }))
    .filter((_, index) => blocks[index]?.label === label);
}

/** How a block is stored: as it was received, but with LF and a final newline. */
export function forStorage(raw: string): string {
  return raw.replaceAll(/\r\n?/g, "\n") + "\n";
}
