/** Bytes too many to be copied: there in several places, or made piece by piece as they are taken. */
import { type Bytes, joinBytes, totalLength } from "./bytes.ts";

export interface PiecedBytes {
  /** Of all pieces together. */
  readonly length: number;
  /** What they are made of: the bytes of two values with the same source are in memory once. */
  readonly source: object;
  /** In order, each time from the beginning. They may be views and must not be changed. */
  pieces(): Iterable<Uint8Array>;
}

/** In one piece where they are few. */
export type Body = Uint8Array | PiecedBytes;

/** Pieces that are in memory. */
export class Pieces implements PiecedBytes {
  readonly length: number;
  readonly source: object;

  constructor(readonly parts: readonly Uint8Array[], source?: object) {
    this.length = totalLength(parts);
    this.source = source ?? parts;
  }

  pieces(): readonly Uint8Array[] {
    return this.parts;
  }

  /** All in one: a copy. */
  join(): Bytes {
    return joinBytes(this.parts);
  }

  /** The last bytes, at most `size`. */
  tail(size: number): Bytes {
    const wanted: Uint8Array[] = [];
    let missing = size;
    for (const part of this.parts.toReversed()) {
      if (missing === 0) break;
      const end = part.subarray(Math.max(0, part.length - missing));
      wanted.unshift(end);
      missing -= end.length;
    }
    return joinBytes(wanted);
  }
}

/** Several one after the other. They count as the memory of the first of them. */
export function chainBodies(bodies: readonly [Body, ...Body[]]): PiecedBytes {
  return {
    length: totalLength(bodies),
    source: sourceOf(bodies[0]),
    *pieces() {
      for (const body of bodies) yield* piecesOf(body);
    },
  };
}

/** The same object for all that share memory. */
export function sourceOf(body: Body): object {
  return body instanceof Uint8Array ? body.buffer : body.source;
}

export function piecesOf(body: Body): Iterable<Uint8Array> {
  return body instanceof Uint8Array ? [body] : body.pieces();
}

/** All in one: a copy, unless it is one already. */
export function joinBody(body: Body): Uint8Array {
  return body instanceof Uint8Array ? body : joinBytes([...body.pieces()]);
}
