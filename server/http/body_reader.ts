/** Reads the body of one request, within the limits of its size, its pace, and the memory that all bodies share. */
import type { IncomingMessage } from "node:http";
import type { Bytes } from "../../core/bytes.ts";
import { CaucaseError, malformed } from "../../core/errors.ts";
import type { Limits } from "./limits.ts";

type BodyLimits = Pick<Limits, "bodyBytes" | "bodyMs" | "slowStartMs" | "bodyBytesPerSecond">;

/** A body that is held in memory, as {@linkcode BodyMemory} sees it. */
export interface HeldBody {
  /** Bytes of memory it takes. */
  readonly held: number;
  /** Gives up, and its connection with it. */
  drop(reason: CaucaseError): void;
}

/** The memory that all bodies share. */
export class BodyMemory {
  readonly #unfinished = new Set<HeldBody>();
  #held = 0;

  /** @param limit bytes of all bodies together */
  constructor(readonly limit: number) {}

  get held(): number {
    return this.#held;
  }

  /** Counts `bytes` more for a body that is still coming. Over the limit, the largest of those is dropped. */
  grow(body: HeldBody, bytes: number): void {
    this.#unfinished.add(body);
    this.#held += bytes;
    while (this.#held > this.limit && this.#unfinished.size > 0) {
      let largest = body;
      for (const other of this.#unfinished) if (other.held > largest.held) largest = other;
      this.#unfinished.delete(largest);
      largest.drop(malformed("the server takes no more bodies of this size at once"));
      if (largest === body) return;
    }
  }

  /** The body is complete: it stays in memory, and is safe. */
  finish(body: HeldBody): void {
    this.#unfinished.delete(body);
  }

  release(body: HeldBody, bytes: number): void {
    this.#unfinished.delete(body);
    this.#held -= bytes;
  }
}

export interface BodyReaderParts {
  readonly request: IncomingMessage;
  readonly limits: BodyLimits;
  readonly memory: BodyMemory;
  /** Ends the connection, without an answer. */
  readonly dropConnection: () => void;
}

/** Bytes of memory a body begins with, unless its declared length is smaller. */
const FIRST_PIECE = 16 * 1024;

export class BodyReader implements HeldBody {
  readonly #parts: BodyReaderParts;
  readonly #startedAt = performance.now();
  readonly #result = Promise.withResolvers<Bytes>();
  #bytes: Bytes = new Uint8Array(0);
  #received = 0;
  #settled = false;

  /** Starts reading. */
  constructor(parts: BodyReaderParts) {
    this.#parts = parts;
    const { request } = parts;
    // The caller may be busy elsewhere when the body fails; that must not count as an unhandled rejection.
    this.#result.promise.catch(() => {});
    request.on("data", this.#take);
    request.once("end", this.#finish);
    // A connection that breaks in between says so with one of these, or both.
    request.once("error", this.#breakOff);
    request.once("close", this.#breakOff);
  }

  get held(): number {
    return this.#bytes.length;
  }

  /** The whole body. @throws `too-large`, or `malformed` when it breaks off or comes too slowly */
  result(): Promise<Bytes> {
    return this.#result.promise;
  }

  /** Drops the connection when the body comes too slowly. @param now as of `performance.now()` */
  checkPace(now: number): void {
    const { bodyMs, slowStartMs, bodyBytesPerSecond } = this.#parts.limits;
    const elapsed = now - this.#startedAt;
    const tooSlow = elapsed > slowStartMs && this.#received < bodyBytesPerSecond * elapsed / 1000;
    if (!this.#settled && (tooSlow || elapsed > bodyMs)) this.drop(malformed("the body came too slowly"));
  }

  drop(reason: CaucaseError): void {
    this.fail(reason);
    this.#parts.dropConnection();
  }

  /** Stops reading; nothing of what came is kept. */
  fail(reason: CaucaseError): void {
    if (this.#settled) return;
    // Nobody has seen the bytes: they are given back at once, not when garbage is collected.
    const { buffer } = this.#bytes;
    this.release();
    buffer.transfer(0);
    this.#settle();
    this.#result.reject(reason);
  }

  /** Gives the memory back. */
  release(): void {
    this.#parts.memory.release(this, this.held);
    this.#bytes = new Uint8Array(0);
  }

  readonly #take = (chunk: Uint8Array): void => {
    const total = this.#received + chunk.length;
    if (total > this.#parts.limits.bodyBytes) return this.fail(tooLarge(this.#parts.limits.bodyBytes));
    if (total > this.#bytes.length) this.#makeRoom(total);
    if (this.#settled) return;
    this.#bytes.set(chunk, this.#received);
    this.#received = total;
  };

  /**
   * One growing buffer: a list of chunks would cost a hundred times their bytes where a client sends them one by one.
   */
  #makeRoom(size: number): void {
    const { request, limits, memory } = this.#parts;
    const expected = declaredLength(request) ?? limits.bodyBytes;
    const grown = Math.max(size, Math.min(expected, Math.max(FIRST_PIECE, this.#bytes.length * 2)));
    const more = grown - this.#bytes.length;
    // Frees the smaller one at once: left to the garbage collector, they would come to more than the limit of all
    // bodies.
    this.#bytes = new Uint8Array(this.#bytes.buffer.transfer(grown));
    memory.grow(this, more);
  }

  readonly #finish = (): void => {
    if (this.#settled) return;
    this.#settle();
    this.#parts.memory.finish(this);
    const whole = this.#received === this.#bytes.length ? this.#bytes : this.#bytes.slice(0, this.#received);
    this.#result.resolve(whole);
  };

  /** Every request ends with a "close": an error is made where there is one. */
  readonly #breakOff = (): void => {
    if (!this.#settled) this.fail(brokenBody());
  };

  #settle(): void {
    this.#settled = true;
    const { request } = this.#parts;
    request.off("data", this.#take);
    request.off("end", this.#finish);
  }
}

/** The body's length as declared, or undefined where it is chunked; 0 where there is none. */
export function declaredLength(request: IncomingMessage): number | undefined {
  if (request.headers["transfer-encoding"] !== undefined) return undefined;
  return Number(request.headers["content-length"] ?? 0);
}

/** A body that ends before it is complete, or goes on as something else. */
export function brokenBody(): CaucaseError {
  return malformed("the body broke off, or is not well-formed");
}

/** A body over the limit of `bodyBytes`. */
export function tooLarge(bodyBytes: number): CaucaseError {
  return new CaucaseError("too-large", `the body is larger than ${bodyBytes} bytes`);
}
