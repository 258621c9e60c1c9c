/** Changes to bytes without regard to what they mean. */
import { concatBytes } from "../../../core/bytes.ts";
import type { SeededRandom } from "../random.ts";

/** Where signs, lengths and digits turn over. */
const BOUNDARIES = [0, 1, 0x1f, 0x20, 0x7f, 0x80, 0x81, 0x82, 0x84, 0xa0, 0xff];

type ByteEdit = (bytes: Uint8Array, random: SeededRandom) => Uint8Array;

const EDITS: readonly ByteEdit[] = [flipBit, setByte, insert, remove, repeat, move, cutOff];

/** `bytes` with something else about them. */
export function mutateBytes(bytes: Uint8Array, random: SeededRandom): Uint8Array {
  return random.pick(EDITS)(bytes, random);
}

/** The beginning of one and the end of another. */
export function spliceBytes(bytes: Uint8Array, other: Uint8Array, random: SeededRandom): Uint8Array {
  return concatBytes(bytes.subarray(0, random.below(bytes.length + 1)), other.subarray(random.below(other.length + 1)));
}

function flipBit(bytes: Uint8Array, random: SeededRandom): Uint8Array {
  const changed = bytes.slice();
  const at = random.below(changed.length);
  if (at < changed.length) changed[at] = (changed[at] ?? 0) ^ (1 << random.below(8));
  return changed;
}

function setByte(bytes: Uint8Array, random: SeededRandom): Uint8Array {
  const changed = bytes.slice();
  const at = random.below(changed.length);
  if (at < changed.length) changed[at] = random.oneIn(2) ? random.pick(BOUNDARIES) : random.below(256);
  return changed;
}

function insert(bytes: Uint8Array, random: SeededRandom): Uint8Array {
  const at = random.below(bytes.length + 1);
  return concatBytes(bytes.subarray(0, at), random.bytes(random.size(8)), bytes.subarray(at));
}

function remove(bytes: Uint8Array, random: SeededRandom): Uint8Array {
  const at = random.below(bytes.length + 1);
  return concatBytes(bytes.subarray(0, at), bytes.subarray(at + random.size(16)));
}

function repeat(bytes: Uint8Array, random: SeededRandom): Uint8Array {
  const at = random.below(bytes.length + 1);
  const part = bytes.subarray(at, at + random.size(32));
  const copies = Array.from({ length: random.size(40) }, () => part);
  return concatBytes(bytes.subarray(0, at), ...copies, bytes.subarray(at));
}

function move(bytes: Uint8Array, random: SeededRandom): Uint8Array {
  const from = random.below(bytes.length + 1);
  const part = bytes.subarray(from, from + random.size(32));
  const rest = concatBytes(bytes.subarray(0, from), bytes.subarray(from + part.length));
  const to = random.below(rest.length + 1);
  return concatBytes(rest.subarray(0, to), part, rest.subarray(to));
}

function cutOff(bytes: Uint8Array, random: SeededRandom): Uint8Array {
  return bytes.subarray(0, random.below(bytes.length + 1));
}
