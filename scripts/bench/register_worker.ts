/**
 * The process in which the register is measured: what to do as its argument, {@linkcode RegisterJob} on standard input,
 * a part of {@linkcode RegisterResult} on output. It is the server's own code without the network.
 */
import * as path from "node:path";
import process from "node:process";
import { PAGE_LIMIT, type RegisterQuery } from "../../core/protocol/register_query.ts";
import { createLog } from "../../core/log.ts";
import { shortenRests } from "../../server/next_turn.ts";
import { openSqliteStorage, type SqliteStorage } from "../../server/storage/sqlite/sqlite_storage.ts";
import type { RegisterJob, RegisterResult } from "./register.ts";
import { seedRegister } from "./register_seed.ts";
import { DAY } from "./scale.ts";
import { median } from "./statistics.ts";

/** Some find all, some few, some nothing; those that find little look at most. */
const QUESTIONS: Readonly<Record<string, Omit<RegisterQuery, "limit"> & { readonly limit?: number }>> = {
  "newest": {},
  "newest, largest page": { limit: PAGE_LIMIT.most },
  "a name": { name: "host-0000099" },
  "a part of all names": { name: "example" },
  "no name": { name: "nowhere" },
  "a common part, revoked": { name: "zone-042", status: "revoked" },
  "a common part, expired": { name: "zone-042", status: "expired" },
  "expiring": { status: "expiring" },
  "valid, no name": { name: "zone-099", status: "valid" },
};

const job: RegisterJob = JSON.parse(await new Response(Deno.stdin.readable).text());
const file = path.join(job.folder, "register.sqlite");
const now = Math.floor(Date.now() / 1000);
using _rests = await shortenRests();
console.log(JSON.stringify(await run(Deno.args[0])));
Deno.exit();

async function run(step: string | undefined): Promise<Partial<RegisterResult>> {
  const storage = await openSqliteStorage({ path: file, lock: true, log: createLog(() => {}) });
  try {
    switch (step) {
      case "seed":
        return {};
      case "segments":
        return { segments: await measured(() => storage.indexRegister()) };
      default:
        return await ask(storage);
    }
  } finally {
    await storage.close();
    if (step === "seed") await seedRegister(file, { count: job.certificates, now });
  }
}

async function ask(storage: SqliteStorage): Promise<Partial<RegisterResult>> {
  const { register } = storage.ca("cas");
  const loaded = await measured(() => register.counts(now));
  const loading = { ...loaded, memory: Deno.memoryUsage().rss / 1e6 };
  const questions = [];
  for (const [name, query] of Object.entries(QUESTIONS)) {
    questions.push({ name, ...await often(() => register.list({ limit: PAGE_LIMIT.usual, ...query }, now)) });
  }
  const soon = { expiresBefore: now + DAY, limit: PAGE_LIMIT.most };
  questions.push({ name: "first to end, largest page", ...await often(() => register.list(soon, now)) });
  questions.push({ name: "counts", ...await often(() => register.counts(now)) });
  return { loading, questions };
}

/** CPU seconds, and the longest time in milliseconds for which nothing else could run. */
async function measured(action: () => Promise<unknown>): Promise<{ readonly cpu: number; readonly wait: number }> {
  let [wait, last, isOver] = [0, performance.now(), false];
  const look = () => {
    wait = Math.max(wait, performance.now() - last);
    last = performance.now();
    if (!isOver) setTimeout(look, 1);
  };
  look();
  const before = process.cpuUsage();
  await action();
  const { user, system } = process.cpuUsage(before);
  isOver = true;
  look();
  return { cpu: (user + system) / 1e6, wait };
}

/** Medians. The first ones compile what is run often, and do not count. */
async function often(action: () => Promise<unknown>): Promise<{ readonly ms: number; readonly cpuMs: number }> {
  for (let count = 0; count < job.rounds; count++) await action();
  const [times, costs]: [number[], number[]] = [[], []];
  for (let count = 0; count < job.rounds; count++) {
    const [start, before] = [performance.now(), process.cpuUsage()];
    await action();
    const { user, system } = process.cpuUsage(before);
    times.push(performance.now() - start);
    costs.push((user + system) / 1000);
  }
  return { ms: median(times), cpuMs: median(costs) };
}
