import assert from "node:assert/strict";
import { createServer } from "node:net";
import { setImmediate } from "node:timers";
import { nextTurn, shortenRests } from "./next_turn.ts";

function work(milliseconds: number): void {
  for (const end = performance.now() + milliseconds; performance.now() < end;);
}

Deno.test("nextTurn() lets others go on each time", async () => {
  let turns = 0;
  for (let time = 1; time <= 20; time++) {
    setImmediate(() => turns++);
    await nextTurn();
    await nextTurn();
    assert.equal(turns, time);
  }
});

Deno.test("nextTurn() has all rest together after some work, and not after every turn", async () => {
  work(20);
  const rests = new Set([nextTurn(), nextTurn(), nextTurn()]);
  assert.equal(rests.size, 1);
  await Promise.all(rests);
  assert.notEqual(nextTurn(), nextTurn());
});

Deno.test("nextTurn() lets sockets have their turn, however much work there is", socketsHaveTheirTurn);

Deno.test("nextTurn() lets sockets have their turn with short rests as well", async () => {
  using _rests = await shortenRests();
  await socketsHaveTheirTurn();
});

Deno.test("nextTurn() goes on when the short rests end during one", async () => {
  const rests = await shortenRests();
  work(20);
  const resting = nextTurn();
  rests[Symbol.dispose]();
  await resting;
  work(20);
  await nextTurn();
});

async function socketsHaveTheirTurn(): Promise<void> {
  const server = createServer((socket) => socket.on("data", (data) => socket.write(data)));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  assert.ok(typeof address === "object" && address !== null);
  const client = await Deno.connect({ port: address.port, hostname: "127.0.0.1" });
  let answers = 0;
  const asking = (async () => {
    for (; answers < 10; answers++) {
      await client.write(new Uint8Array(1));
      await client.read(new Uint8Array(1));
    }
  })();
  let turns = 0;
  // With setImmediate alone it takes some 61 turns for each event of a socket, more than 1000 in all.
  for (; answers < 10; turns++) {
    work(1);
    await nextTurn();
  }
  await asking;
  client.close();
  await new Promise((resolve) => server.close(resolve));
  assert.ok(turns < 400, `it took ${turns} turns`);
}
