/** What ACME's store promises when its process is killed: each order has one certificate, or can still get it. */
import assert from "node:assert/strict";
import { orderState } from "../../core/acme/order.ts";
import { openSqliteStorage } from "../../server/storage/sqlite/sqlite_storage.ts";
import { RunningProcess } from "../support/process.ts";
import { strictLog } from "../support/recorded_log.ts";
import { tempFolder } from "../support/temp_folder.ts";
import { issue } from "./acme_fixtures.ts";
import { NOW } from "./store_fixtures.ts";

const WRITER = [Deno.execPath(), "run", "-A", new URL("acme_writer.ts", import.meta.url).pathname];

/** The values after `word` in whole lines. */
function told(output: string, word: string): readonly (readonly string[])[] {
  const lines = output.slice(0, output.lastIndexOf("\n")).split("\n").map((line) => line.split(" "));
  return lines.filter(([first]) => first === word).map(([_, ...values]) => values);
}

Deno.test("orders have one certificate each after a kill, and those that have none still get one", async () => {
  await using folder = await tempFolder();
  const path = `${folder.path}/ca.sqlite`;
  for (const wanted of ["issued order20 ", "issued order300 "]) {
    await using writer = new RunningProcess([...WRITER, path], { cwd: folder.path });
    await writer.waitFor(wanted);
    writer.signal("SIGKILL");
    const { out } = await writer.ended;

    const storage = await openSqliteStorage({ path, lock: true, log: strictLog });
    const { acme } = storage;
    const acknowledged = new Map(told(out, "issued").map(([order = "", serial = ""]) => [order, serial]));
    const orders = told(out, "order").map(([id = ""]) => id);
    assert.equal(acknowledged.size, told(out, "issued").length, "no order was told to have two");
    let next = 1_000_000;
    for (const id of orders) {
      const record = await acme.orders.find(id);
      assert.ok(record, id);
      const state = orderState(record, NOW);
      if (acknowledged.has(id)) assert.equal(`${state.serial}`, acknowledged.get(id), id);
      // What was not acknowledged is whole or not there.
      if (state.status !== "valid") assert.equal(await acme.orders.issue(issue(++next, id)), true, id);
    }
    const serials = [];
    for (let after = 0n;;) {
      const events = await storage.events(after, 500);
      serials.push(...events.flatMap(({ event }) => event.kind === "issued" ? [event.serial] : []));
      const newest = events.at(-1)?.id;
      if (newest === undefined) break;
      after = newest;
    }
    assert.equal(serials.length, new Set(serials).size);
    for (const id of orders) {
      const record = await acme.orders.find(id);
      const serial = record && orderState(record, NOW).serial;
      assert.ok(serial !== undefined && serials.includes(serial), id);
    }
    assert.ok(serials.length <= orders.length + 3, "nothing was issued beyond the orders");
    await storage.close();
    await Deno.remove(path);
  }
});
