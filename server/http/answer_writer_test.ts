import assert from "node:assert/strict";
import { createServer, type ServerResponse } from "node:http";
import { joinBytes, utf8 } from "../../core/bytes.ts";
import { type Body, type PiecedBytes, Pieces } from "../../core/pieces.ts";
import { nextTurn } from "../next_turn.ts";
import { writeAnswer, type WriteOptions } from "./answer_writer.ts";

const MEBIBYTE = 1 << 20;
const PIECE = 65_536;

/** Bytes that come around again after a prime number of them: a piece in the wrong place shows. */
function pattern(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, index) => index % 251);
}

/** What a client gets that asks with `method` for `body`, and what was said of it meanwhile. */
async function exchange(body: string | Body, method = "GET") {
  const large: Body[] = [];
  let progress = 0;
  let sent = -1;
  const options: WriteOptions = {
    method,
    close: true,
    onProgress: () => progress++,
    onLarge: (one) => large.push(one),
  };
  const server = createServer((_, response) => void (sent = writeAnswer(response, { status: 200, body }, options)));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  assert.ok(typeof address === "object" && address !== null);
  const answer = await fetch(`http://127.0.0.1:${address.port}/`, { method });
  const bytes = new Uint8Array(await answer.arrayBuffer());
  await new Promise((resolve) => server.close(resolve));
  return { bytes, length: Number(answer.headers.get("Content-Length")), sent, large, progress };
}

Deno.test("writeAnswer() sends pieces as one body with its length, whatever their sizes", async () => {
  const whole = pattern(3 * MEBIBYTE);
  const borders = [0, 1, 1, 65_535, 65_536, 200_000, 200_001, 2 * MEBIBYTE, whole.length];
  const parts = borders.slice(1).map((border, index) => whole.subarray(borders[index], border));
  const body = new Pieces(parts);
  const { bytes, length, sent, large, progress } = await exchange(body);
  assert.ok(joinBytes([bytes]).toBase64() === whole.toBase64());
  assert.deepEqual([length, sent, large], [whole.length, whole.length, [body]]);
  assert.ok(progress > 1);
});

Deno.test("writeAnswer() sends few pieces at once, as text where they are that", async () => {
  for (const parts of [["abc", "", "déf"], ["abc", "def"], []]) {
    const { bytes, length, large } = await exchange(new Pieces(parts.map((part) => utf8(part))));
    assert.deepEqual(bytes, utf8(parts.join("")));
    assert.deepEqual([length, large], [bytes.length, []]);
  }
});

Deno.test("writeAnswer() answers HEAD with the length of pieces, and makes none of them", async () => {
  const body: PiecedBytes = { length: MEBIBYTE, source: {}, pieces: () => assert.fail("was asked for") };
  const { bytes, length, sent, large } = await exchange(body, "HEAD");
  assert.deepEqual([bytes.length, length, sent, large], [0, MEBIBYTE, 0, []]);
});

/** What `writeAnswer` uses of a response, with a client that takes only what it is told to. */
class SlowResponse {
  destroyed = false;
  ended = false;
  taken = 0;
  #drain = () => {};

  constructor(private readonly isHungry = false) {}

  writeHead(): void {}

  write({ length }: Uint8Array): boolean {
    this.taken += length;
    return this.isHungry;
  }

  once(event: string, listener: () => void): void {
    assert.equal(event, "drain");
    this.#drain = listener;
  }

  end({ length }: Uint8Array): void {
    this.taken += length;
    this.ended = true;
  }

  take(): void {
    this.#drain();
  }
}

/** Ten pieces, and how many of them were made. */
function tenPieces(response: SlowResponse) {
  const state = { made: 0 };
  const body: PiecedBytes = {
    length: 10 * PIECE,
    source: {},
    *pieces() {
      while (state.made < 10) {
        state.made++;
        yield pattern(PIECE);
      }
    },
  };
  const options: WriteOptions = { method: "GET", close: false, onProgress: () => {}, onLarge: () => {} };
  writeAnswer(response as unknown as ServerResponse, { status: 200, body }, options);
  return state;
}

Deno.test("writeAnswer() makes a piece when the client has taken the one before", async () => {
  const response = new SlowResponse();
  const state = tenPieces(response);
  for (let taken = 1; taken < 10; taken++) {
    assert.deepEqual([response.taken, state.made, response.ended], [taken * PIECE, taken, false]);
    response.take();
    await nextTurn();
  }
  assert.deepEqual([response.taken, response.ended], [10 * PIECE, true]);
});

Deno.test("writeAnswer() lets others go on while a client takes all at once", async () => {
  const response = new SlowResponse(true);
  tenPieces(response);
  const seen: number[] = [];
  while (!response.ended) {
    seen.push(response.taken / PIECE);
    await nextTurn();
  }
  assert.deepEqual([seen, response.taken], [[4, 8], 10 * PIECE]);
});

Deno.test("writeAnswer() makes nothing more for a client that has gone", async () => {
  for (const isHungry of [true, false]) {
    const response = new SlowResponse(isHungry);
    const state = tenPieces(response);
    const { made } = state;
    response.destroyed = true;
    response.take();
    await nextTurn();
    assert.equal(state.made, made);
  }
});

Deno.test("writeAnswer() breaks an answer off when a piece of it cannot be made", async () => {
  const body: PiecedBytes = {
    length: 30 * MEBIBYTE,
    source: {},
    *pieces() {
      for (let count = 0; count < 10; count++) yield pattern(MEBIBYTE);
      throw new RangeError("no more");
    },
  };
  await assert.rejects(exchange(body));
});
