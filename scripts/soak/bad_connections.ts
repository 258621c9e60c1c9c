/** Clients that do not even send whole requests. The server must get rid of each, or answer it, in its own time. */
import assert from "node:assert/strict";
import { RawClient } from "../../tests/support/raw_client.ts";
import type { SeededRandom } from "../fuzz/random.ts";
import type { Tally } from "./tally.ts";
import { elapsed, type TrafficAction } from "./traffic.ts";

export interface BadConnections {
  /** HTTP; HTTPS is the next one. */
  readonly port: number;
  readonly random: SeededRandom;
  readonly tally: Tally;
}

/** Beyond the server's own limits: 10 s for handshakes and headers. Milliseconds. */
const LONGEST = 30_000;
/** One more than a body may have. */
const TOO_LARGE = 10 * 1024 * 1024 + 1;
const CHUNK = 1024 * 1024;
const PIPELINED = 20;

/** The beginning of a TLS record that holds a ClientHello of 508 bytes. */
const CLIENT_HELLO = "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03";

export function badConnections(world: BadConnections): TrafficAction[] {
  return [
    { name: "random bytes", weight: 6, run: () => randomBytes(world) },
    { name: "half a handshake", weight: 1, run: () => untilClosed(world, world.port + 1, CLIENT_HELLO) },
    { name: "half a head", weight: 1, run: () => untilClosed(world, world.port, "GET / HTTP/1.1\r\nHost: x") },
    { name: "nothing at all", weight: 1, run: () => untilClosed(world, world.port + world.random.below(2), "") },
    { name: "slow head", weight: 1, run: () => slowHead(world) },
    { name: "half-closed", weight: 2, run: () => halfClosed(world) },
    { name: "aborted upload", weight: 5, run: () => abortedUpload(world) },
    { name: "aborted handshake", weight: 3, run: () => abandoned(world, world.port + 1, CLIENT_HELLO) },
    { name: "oversized body, declared", weight: 3, run: () => declaredOversize(world) },
    { name: "oversized body, in chunks", weight: 1, run: () => chunkedOversize(world) },
    { name: "oversized head", weight: 2, run: () => oversizedHead(world) },
    { name: "pipelined requests", weight: 4, run: () => pipelined(world) },
    { name: "answers that nobody reads", weight: 2, run: () => unread(world) },
  ];
}

/** To either port: an answer or none, and the end. */
async function randomBytes({ port, random, tally }: BadConnections): Promise<void> {
  using client = await RawClient.tcp(port + random.below(2));
  client.send(String.fromCharCode(...random.bytes(random.size(2000))));
  // What has no line end yet may go on: leave.
  if (random.oneIn(2)) client.send("\r\n\r\n");
  else return;
  await closed(client, tally);
}

async function untilClosed({ tally }: BadConnections, port: number, text: string): Promise<void> {
  using client = await RawClient.tcp(port);
  client.send(text);
  await closed(client, tally);
}

/** A byte now and then: the whole head must be there in time all the same. */
async function slowHead({ port, tally }: BadConnections): Promise<void> {
  using client = await RawClient.tcp(port);
  client.send("GET / HTTP/1.1\r\nX: ");
  const drip = setInterval(() => client.send("x"), 1000);
  await closed(client, tally).finally(() => clearInterval(drip));
}

async function halfClosed({ port, random, tally }: BadConnections): Promise<void> {
  using client = await RawClient.tcp(port + random.below(2));
  client.socket.end(random.oneIn(2) ? "" : "PUT /cas/csr HTTP/1.1\r\n");
  await closed(client, tally);
}

async function abortedUpload({ port, random }: BadConnections): Promise<void> {
  using client = random.oneIn(3) ? await RawClient.tls(port + 1) : await RawClient.tcp(port);
  const headers = { "Content-Type": "application/pkcs10", "Content-Length": "1000000" };
  client.request("PUT", "/cas/csr", { headers, body: "x".repeat(random.size(300_000)) });
  await elapsed(random.below(200));
}

async function abandoned({ random }: BadConnections, port: number, text: string): Promise<void> {
  using client = await RawClient.tcp(port);
  client.send(text);
  await elapsed(random.below(200));
}

async function declaredOversize({ port, tally }: BadConnections): Promise<void> {
  using client = await RawClient.tcp(port);
  client.request("PUT", "/cas/csr", { headers: { "Content-Length": `${TOO_LARGE}` }, body: "x".repeat(1000) });
  await refusedWith(client, tally, 413);
}

async function chunkedOversize({ port, tally }: BadConnections): Promise<void> {
  using client = await RawClient.tcp(port);
  client.request("PUT", "/cas/csr", { headers: { "Transfer-Encoding": "chunked" } });
  // Quickly: while it comes, the server holds it, and that is no leak.
  const chunk = `${CHUNK.toString(16)}\r\n${"x".repeat(CHUNK)}\r\n`;
  for (let sent = 0; sent < TOO_LARGE; sent += CHUNK) client.send(chunk);
  await refusedWith(client, tally, 413);
}

async function oversizedHead({ port, tally }: BadConnections): Promise<void> {
  using client = await RawClient.tcp(port);
  client.request("GET", "/", { headers: { "X-Much": "x".repeat(17_000) } });
  await refusedWith(client, tally, 400);
}

async function pipelined({ port, random, tally }: BadConnections): Promise<void> {
  using client = random.oneIn(3) ? await RawClient.tls(port + 1) : await RawClient.tcp(port);
  for (let sent = 0; sent < PIPELINED; sent++) client.request("GET", "/cas/crt/ca.crt.pem");
  for (let answered = 0; answered < PIPELINED; answered++) {
    const { status } = await inTime(client.response());
    tally.status(status);
    assert.equal(status, 200);
  }
}

async function unread({ port, random }: BadConnections): Promise<void> {
  using client = await RawClient.tcp(port);
  client.socket.pause();
  for (let sent = 0; sent < PIPELINED; sent++) client.request("GET", "/cas/crl");
  await elapsed(random.below(2000));
}

async function refusedWith(client: RawClient, tally: Tally, expected: number): Promise<void> {
  const { status } = await inTime(client.response());
  tally.status(status);
  assert.equal(status, expected);
}

async function closed(client: RawClient, tally: Tally): Promise<void> {
  await inTime(client.rest());
  tally.status("none");
}

async function inTime<T>(promise: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`the server did nothing within ${LONGEST / 1000} s`)), LONGEST);
  });
  return await Promise.race([promise, late]).finally(() => clearTimeout(timer));
}
