import assert from "node:assert/strict";
import fc from "fast-check";
import { addressGroup, ConnectionPool, type PooledConnection } from "./connection_pool.ts";
import { recordedLog } from "../../tests/support/recorded_log.ts";

class FakeConnection implements PooledConnection {
  destroyed = false;
  closing = false;
  checked: number[] = [];

  constructor(readonly remoteAddress: string) {}

  destroy(): void {
    this.destroyed = true;
  }
  closeSoon(): void {
    this.closing = true;
  }
  check(now: number): void {
    this.checked.push(now);
  }
}

function poolOf(addresses: readonly string[], limits = { connections: 3, connectionsPerAddress: 9 }) {
  const warnings: string[] = [];
  const pool = new ConnectionPool(limits, recordedLog(warnings));
  const connections = addresses.map((address) => new FakeConnection(address));
  for (const connection of connections) assert.ok(pool.admit(connection));
  return { pool, connections, warnings };
}

function destroyed(connections: readonly FakeConnection[]): boolean[] {
  return connections.map((connection) => connection.destroyed);
}

Deno.test("admit() at the limit closes the connection that is idle longest", () => {
  const { pool, connections: [first, second, third], warnings } = poolOf(["192.0.2.1", "192.0.2.2", "192.0.2.3"]);
  assert.ok(first && second && third);
  pool.setBusy(first);
  pool.setIdle(first);
  assert.ok(pool.admit(new FakeConnection("192.0.2.4")));
  assert.deepEqual(destroyed([first, second, third]), [false, true, false]);
  assert.equal(pool.size, 3);
  assert.equal(warnings.length, 1);
});

Deno.test("admit() at the limit takes from the address that has most", () => {
  const { pool, connections } = poolOf(["192.0.2.1", "192.0.2.2", "192.0.2.2"]);
  assert.ok(pool.admit(new FakeConnection("192.0.2.3")));
  assert.deepEqual(destroyed(connections), [false, true, false]);
});

Deno.test("admit() takes an idle one of any address where that one has none", () => {
  const { pool, connections } = poolOf(["192.0.2.1", "192.0.2.2", "192.0.2.2"]);
  for (const connection of connections.slice(1)) pool.setBusy(connection);
  assert.ok(pool.admit(new FakeConnection("192.0.2.3")));
  assert.deepEqual(destroyed(connections), [true, false, false]);
});

Deno.test("admit() refuses when all are busy, and warns only once in a while", () => {
  const { pool, connections, warnings } = poolOf(["192.0.2.1", "192.0.2.2", "192.0.2.3"]);
  for (const connection of connections) pool.setBusy(connection);
  for (let i = 0; i < 5; i++) assert.ok(!pool.admit(new FakeConnection("192.0.2.4")));
  assert.deepEqual(destroyed(connections), [false, false, false]);
  assert.equal(warnings.length, 1);
});

Deno.test("admit() lets no address have more than its share, whatever room there is", () => {
  const limits = { connections: 100, connectionsPerAddress: 2 };
  const { pool, connections } = poolOf(["2001:db8::1", "192.0.2.1", "2001:db8::2"], limits);
  const [first, , third] = connections;
  assert.ok(first && third);
  assert.ok(pool.admit(new FakeConnection("2001:db8::3")));
  assert.deepEqual(destroyed(connections), [true, false, false]);
  pool.setBusy(third);
  const fourth = new FakeConnection("2001:db8::4");
  assert.ok(pool.admit(fourth));
  pool.setBusy(fourth);
  assert.ok(!pool.admit(new FakeConnection("2001:db8::5")));
  assert.ok(pool.admit(new FakeConnection("2001:db8:0:1::5")));
});

Deno.test("a connection that was removed counts no more, and cannot become idle again", () => {
  const { pool, connections: [connection] } = poolOf(["192.0.2.1"], { connections: 1, connectionsPerAddress: 1 });
  assert.ok(connection);
  pool.remove(connection);
  pool.remove(connection);
  pool.setIdle(connection);
  assert.equal(pool.size, 0);
  assert.ok(pool.admit(new FakeConnection("192.0.2.1")));
  assert.equal(connection.destroyed, false);
});

Deno.test("check(), closeSoon() and destroyAll() reach every connection", () => {
  const { pool, connections } = poolOf(["192.0.2.1", "192.0.2.2"]);
  pool.check(5);
  pool.closeSoon();
  pool.destroyAll();
  for (const { checked, closing, destroyed } of connections) {
    assert.deepEqual([checked, closing, destroyed], [[5], true, true]);
  }
});

Deno.test("addressGroup() takes an IPv6 network of 64 bits as one", () => {
  const cases = [
    ["192.0.2.1", "192.0.2.1"],
    ["::ffff:192.0.2.1", "192.0.2.1"],
    ["2001:db8::1", "2001:db8:0:0"],
    ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2"],
    ["::1", "0:0:0:0"],
    ["fe80::1%eth0", "fe80:0:0:0"],
  ] as const;
  for (const [address, group] of cases) assert.equal(addressGroup(address), group);
  fc.assert(fc.property(fc.ipV6(), fc.nat(0xffff), (address, host) => {
    const network = addressGroup(address);
    if (network.includes(".")) return;
    assert.equal(addressGroup(`${network}:0:0:0:${host.toString(16)}`.replace(/^0:0:0:0:0:0:0:/, "::")), network);
  }));
});
