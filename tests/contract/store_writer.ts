/**
 * A program that writes to the database at its first argument until it is killed, many writes at a time, and tells what
 * was acknowledged: `submitted <id>` or `revoked <serial> <CRL number>`, a line each.
 */
import { openSqliteStorage } from "../../server/storage/sqlite/sqlite_storage.ts";
import { BY, newRequest, revocation } from "./store_fixtures.ts";
import { strictLog } from "../support/recorded_log.ts";

const [path = ""] = Deno.args;
const storage = await openSqliteStorage({ path, lock: true, log: strictLog });
const store = storage.ca("cas");
const encoder = new TextEncoder();
let last = 0;

/** Written at once, so that the reader never misses what was acknowledged. */
function tell(line: string): void {
  Deno.stdout.writeSync(encoder.encode(`${line}\n`));
}

async function submit(): Promise<never> {
  while (true) {
    const { id } = await store.requests.submit(newRequest(++last, { maxPending: Infinity }));
    tell(`submitted ${id}`);
  }
}

async function revoke(): Promise<never> {
  while (true) {
    const serial = BigInt(++last);
    tell(`revoked ${serial} ${await store.revocations.revoke(revocation(serial), BY)}`);
  }
}

await Promise.all([submit(), submit(), submit(), submit(), revoke(), revoke()]);
