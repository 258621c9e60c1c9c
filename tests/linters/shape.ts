/** Specimens that differ in nothing a linter looks at need not all be judged. */
import { DerReader } from "../../core/x509/der_reader.ts";
import { CaucaseError } from "../../core/errors.ts";
import { TAG } from "../../core/x509/der_tags.ts";
import type { Specimen } from "./specimen.ts";

/** How many of each shape are judged: one might be an exception in what its shape does not tell. */
const OF_EACH_SHAPE = 3;

/** A few specimens of each shape, the first ones. */
export function ofEachShape(specimens: readonly Specimen[]): Specimen[] {
  const groups = Map.groupBy(specimens, ({ kind, der }) => `${kind} ${shapeOf(der)}`);
  return [...groups.values()].flatMap((group) => group.slice(0, OF_EACH_SHAPE));
}

/** The tags of a DER structure, nested as they are, with the object identifiers and truth values, and no other content. */
export function shapeOf(der: Uint8Array): string {
  const reader = new DerReader(der, "shape");
  const parts: string[] = [];
  while (!reader.done) {
    const { tag, content, raw } = reader.any();
    parts.push(tag === TAG.OID || tag === TAG.BOOLEAN ? raw.toHex() : `${tag}${inside(tag, content)}`);
  }
  // Lists of entries that look alike count as one entry.
  return parts.filter((part, index) => part !== parts[index - 1]).join(",");
}

const CONSTRUCTED = 0x20;

function inside(tag: number, content: Uint8Array): string {
  if (tag & CONSTRUCTED) return `(${shapeOf(content)})`;
  // What an extension holds is DER within an octet string.
  if (tag !== TAG.OCTET_STRING) return "";
  try {
    return `(${shapeOf(content)})`;
  } catch (error) {
    if (error instanceof CaucaseError) return "";
    throw error;
  }
}
