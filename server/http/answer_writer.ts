/** Writes an {@linkcode Answer} to a response of `node:http`. */
import { Buffer, isAscii } from "node:buffer";
import { type ServerResponse, STATUS_CODES } from "node:http";
import { utf8 } from "../../core/bytes.ts";
import { type Body, joinBody, Pieces, piecesOf } from "../../core/pieces.ts";
import { nextTurn } from "../next_turn.ts";
import type { Answer } from "./exchange.ts";

export interface WriteOptions {
  /** The request's method: `HEAD` gets the headers alone. */
  readonly method: string;
  /** Whether the connection ends with this answer. */
  readonly close: boolean;
  /** Called whenever the client took some of the answer. */
  readonly onProgress: () => void;
  /** Called with what is kept in memory until the client has taken it, where that is much. */
  readonly onLarge: (body: Body) => void;
  /**
   * Keeps the response open after its last byte, and is called when that was handed over: the caller then ends it. Not
   * called where the client is gone before.
   */
  readonly hold?: (() => void) | undefined;
}

/** Bodies up to this size go out in one piece with their headers. In bytes. */
const PIECE = 64 * 1024;

/** What a client may take while everybody else waits, of bytes that are there and of pieces that are made meanwhile. */
const TURN = { there: 4 * 1024 * 1024, made: 256 * 1024 };

/**
 * Writes it all, without waiting where it fits into one piece.
 * @returns bytes of the body that go out
 * @throws when a header is not one; nothing was written then
 */
export function writeAnswer(response: ServerResponse, answer: Answer, options: WriteOptions): number {
  const { status } = answer;
  const body = asciiOrBytes(answer.body ?? "");
  // RFC 9110, 8.6: neither has a body, and a length would be that of another answer.
  const hasLength = status !== 204 && status !== 304;
  const headers = headerList(answer.headers, { length: hasLength ? body.length : undefined, close: options.close });
  // The reason is given, as the response would keep that of an attempt that failed before.
  response.writeHead(status, STATUS_CODES[status] ?? "", headers);
  const sent = options.method === "HEAD" || !hasLength ? "" : body;
  if (isInOnePiece(sent)) writeAtOnce(response, sent, options);
  else writeInPieces(response, typeof sent === "string" ? utf8(sent) : sent, options);
  return sent.length;
}

/**
 * Short bodies as text where they are ASCII, as PEM and JSON nearly always are: text goes out in one write with the
 * headers, in three quarters of the time. Not beyond ASCII: Deno's TLS sockets write every text as UTF-8, whatever they
 * are told. Either way, the length is that in bytes.
 */
function asciiOrBytes(content: string | Body): string | Body {
  if (typeof content === "string") return Buffer.byteLength(content) === content.length ? content : utf8(content);
  if (content.length > PIECE) return content;
  const body = joinBody(content);
  if (!isAscii(body)) return body;
  return Buffer.from(body.buffer, body.byteOffset, body.length).toString("latin1");
}

/** Names and values in turn: the form that costs least to write. */
function headerList(
  headers: Answer["headers"],
  { length, close }: { length: number | undefined; close: boolean },
): string[] {
  const list: string[] = [];
  for (const name in headers) {
    const value = headers[name];
    if (typeof value === "string") list.push(name, value);
    else for (const each of value ?? []) list.push(name, each);
  }
  if (length !== undefined) list.push("Content-Length", String(length));
  if (close) list.push("Connection", "close");
  return list;
}

function writeAtOnce(response: ServerResponse, piece: string | Uint8Array, { hold }: WriteOptions): void {
  if (!hold) {
    response.end(piece, "latin1");
    return;
  }
  response.flushHeaders();
  if (piece.length > 0) response.write(piece, "latin1");
  hold();
}

function isInOnePiece(body: string | Body): body is string | Uint8Array {
  return body.length <= PIECE && (typeof body === "string" || body instanceof Uint8Array);
}

/**
 * Never more than one piece ahead of the client: what it does not take stays where it is, shared by all answers with
 * the same bytes, or is not made yet. A client that takes all at once gets no more than `TURN` says before others have
 * their turn; what costs work to make waits for a turn each time, so that many such clients rest together.
 */
function writeInPieces(response: ServerResponse, body: Body, { hold, onProgress, onLarge }: WriteOptions): void {
  onLarge(body);
  const slices = slicesOf(body);
  let left = body.length;
  const isThere = body instanceof Uint8Array || body instanceof Pieces;
  const mostAtOnce = isThere ? TURN.there : TURN.made;
  let turn = mostAtOnce;
  function writeNext(): void {
    try {
      writeSome();
    } catch (error) {
      // What is made piece by piece may fail long after the headers: an answer that breaks off is seen as one.
      response.destroy(error instanceof Error ? error : new Error(String(error)));
    }
  }
  function writeSome(): void {
    if (response.destroyed) return;
    onProgress();
    for (let slice = slices.next(); !slice.done; slice = slices.next()) {
      left -= slice.value.length;
      turn -= slice.value.length;
      if (left === 0 && hold === undefined) return void response.end(slice.value);
      const isTaken = response.write(slice.value);
      if (left === 0) return hold?.();
      if (isTaken && turn > 0) continue;
      const next = turn > 0 && isThere ? writeNext : writeNextTurn;
      return isTaken ? next() : void response.once("drain", next);
    }
  }
  function writeNextTurn(): void {
    turn = mostAtOnce;
    nextTurn().then(writeNext);
  }
  writeNext();
}

function* slicesOf(body: Body): Generator<Uint8Array> {
  for (const piece of piecesOf(body)) {
    for (let at = 0; at < piece.length; at += PIECE) yield piece.subarray(at, at + PIECE);
  }
}
