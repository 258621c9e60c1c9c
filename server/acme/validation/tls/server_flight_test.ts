import assert from "node:assert/strict";
import fc from "fast-check";
import { CaucaseError } from "../../../../core/errors.ts";
import { flightMessages, record, records } from "../../../../tests/support/acme_tls.ts";
import { mangled } from "../../../../tests/support/garbage.ts";
import { isRefusal } from "../../../../tests/support/refusals.ts";
import { clientHelloRecord } from "./client_hello.ts";
import { HandshakeReader, MAX_FLIGHT } from "./handshake_reader.ts";
import { FlightReader, type ServerFlight } from "./server_flight.ts";
import { VectorReader } from "./vector_reader.ts";

const RANDOM = new Uint8Array(32).fill(3);
const MESSAGES = await flightMessages(RANDOM);
const FLIGHT = records(MESSAGES, 700);

function flightIn(pieces: readonly Uint8Array[]): ServerFlight | undefined {
  const handshake = new HandshakeReader();
  const flight = new FlightReader();
  for (const piece of pieces) {
    for (const message of handshake.push(piece)) {
      const whole = flight.take(message);
      if (whole !== undefined) return whole;
    }
  }
  return undefined;
}

Deno.test("a flight is the same in whatever pieces it comes", () => {
  const whole = flightIn([FLIGHT]);
  assert.equal(whole?.hello.protocol, "acme-tls/1");
  fc.assert(fc.property(fc.array(fc.nat(FLIGHT.length), { maxLength: 8 }), (cuts) => {
    const ends = [...cuts.toSorted((a, b) => a - b), FLIGHT.length];
    const pieces = ends.map((end, index) => FLIGHT.subarray(ends[index - 1] ?? 0, end));
    assert.deepEqual(flightIn(pieces), whole);
  }));
});

Deno.test("a flight that is cut short is no flight yet", () => {
  // The last message that is needed ends four bytes before the end.
  const end = FLIGHT.length - 4;
  for (let size = 0; size < end; size += 7) assert.equal(flightIn([FLIGHT.subarray(0, size)]), undefined);
});

Deno.test("a mangled flight is read or refused, and never more than is bounded", () => {
  fc.assert(
    fc.property(mangled(FLIGHT), (bytes) => {
      try {
        flightIn([bytes]);
      } catch (error) {
        assert.ok(error instanceof CaucaseError, String(error));
      }
    }),
    { numRuns: 1000 },
  );
});

Deno.test("a HandshakeReader takes a flight of its largest size, and not a byte more", () => {
  const half = record(22, new Uint8Array(2 ** 14));
  const reader = new HandshakeReader();
  const rest = MAX_FLIGHT - 3 * half.length;
  for (let count = 0; count < 3; count++) reader.push(half);
  reader.push(record(22, new Uint8Array(rest - 5)));
  assert.throws(() => reader.push(new Uint8Array(1)), isRefusal("too-large"));
});

Deno.test("a VectorReader reads numbers and vectors, and nothing beyond the end", () => {
  const reader = new VectorReader(Uint8Array.of(1, 2, 3, 1, 9, 0, 1, 7), "it");
  assert.deepEqual([reader.number(3), [...reader.vector(1)], reader.enter(2).number(1)], [0x010203, [9], 7]);
  reader.end();
  assert.throws(() => reader.number(1), isRefusal("malformed"));
  assert.throws(() => new VectorReader(Uint8Array.of(0, 9, 1), "it").vector(2), isRefusal("malformed"));
  assert.throws(() => new VectorReader(Uint8Array.of(0), "it").end(), isRefusal("malformed"));
  assert.equal(new VectorReader(Uint8Array.of(0xff, 0xff, 0xff, 0xff), "it").number(4), 2 ** 32 - 1);
});

Deno.test("clientHelloRecord() is a record whose lengths fit what they are of", () => {
  const bytes = clientHelloRecord({ random: RANDOM, serverName: "www.example", protocol: "acme-tls/1" });
  const reader = new VectorReader(bytes, "hello");
  assert.deepEqual([reader.number(1), reader.number(2)], [22, 0x0301]);
  const body = new VectorReader(reader.vector(2), "hello");
  reader.end();
  assert.equal(body.number(1), 1);
  const hello = body.enter(3);
  body.end();
  assert.deepEqual([hello.number(2), [...hello.take(32)], hello.vector(1).length], [0x0303, [...RANDOM], 0]);
  assert.deepEqual([hello.vector(2).length, [...hello.vector(1)]], [12, [0]]);
  const extensions = hello.enter(2);
  hello.end();
  const types: number[] = [];
  for (; !extensions.done; extensions.vector(2)) types.push(extensions.number(2));
  assert.deepEqual(types, [0, 10, 11, 13, 16, 23, 0xff01]);
});
