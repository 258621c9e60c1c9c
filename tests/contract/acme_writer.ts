/**
 * A program that finalizes ACME orders in the database at its first argument until it is killed, two at once for each
 * order, and tells what was acknowledged: `order <id>` once it is there, `issued <order> <serial>`, a line each.
 */
import { openSqliteStorage } from "../../server/storage/sqlite/sqlite_storage.ts";
import { strictLog } from "../support/recorded_log.ts";
import { addAccount, issue, newOrder, validate } from "./acme_fixtures.ts";

const [path = ""] = Deno.args;
const storage = await openSqliteStorage({ path, lock: true, log: strictLog });
const { acme } = storage;
const encoder = new TextEncoder();
let last = 0;

/** Written at once, so that the reader never misses what was acknowledged. */
function tell(line: string): void {
  Deno.stdout.writeSync(encoder.encode(`${line}\n`));
}

async function finalize(order: string, wanted: ReturnType<typeof issue>): Promise<void> {
  if (await acme.orders.issue(wanted)) tell(`issued ${order} ${wanted.certificate.serial}`);
}

async function order(): Promise<never> {
  while (true) {
    const n = ++last;
    const id = `order${n}`;
    await acme.orders.add({ ...newOrder(n), reuse: false });
    await validate(acme, `${id}.0`);
    tell(`order ${id}`);
    await Promise.all([finalize(id, issue(2 * n, id)), finalize(id, issue(2 * n + 1, id))]);
  }
}

await addAccount(acme);
await Promise.all([order(), order(), order()]);
