/** Streams of bytes for tests. */
import { type Bytes, concatBytes } from "../../core/bytes.ts";

/** `bytes` in chunks of `size`; the last one is shorter. */
export async function* inChunks(bytes: Uint8Array, size = 1000): AsyncGenerator<Uint8Array> {
  for (let start = 0; start < bytes.length; start += size) yield bytes.subarray(start, start + size);
}

/** All bytes of a stream. */
export async function allBytes(stream: AsyncIterable<Uint8Array>): Promise<Bytes> {
  return concatBytes(...await copies(stream));
}

/** The pieces of a stream that uses their memory again. */
export async function copies(stream: AsyncIterable<Uint8Array>): Promise<Bytes[]> {
  return await Array.fromAsync(stream, (piece) => new Uint8Array(piece));
}

/** What a stream gave before it ended or failed, and the error. */
export async function untilError<T>(stream: AsyncIterable<T>): Promise<{ items: T[]; error: unknown }> {
  const items: T[] = [];
  try {
    for await (const item of stream) items.push(item instanceof Uint8Array ? structuredClone(item) : item);
    return { items, error: undefined };
  } catch (error) {
    return { items, error };
  }
}
