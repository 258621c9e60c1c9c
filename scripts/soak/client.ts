/**
 * A process that makes traffic: a {@linkcode ClientJob} on standard input, a {@linkcode ClientResult} on standard
 * output.
 */
import { NetworkDesk } from "../../tests/support/network_desk.ts";
import { SeededRandom } from "../fuzz/random.ts";
import { Asking } from "./asking.ts";
import { badConnections } from "./bad_connections.ts";
import { badRequests } from "./bad_requests.ts";
import { goodActions } from "./good_actions.ts";
import type { ClientJob, ClientResult } from "./job.ts";
import { Tally } from "./tally.ts";
import { makeTraffic } from "./traffic.ts";

/** Actions that run side by side: a slow head takes ten seconds, so bad clients need more. */
const AT_ONCE = { good: 16, bad: 64 } as const;

async function run({ role, port, seconds, rate, seed, people }: ClientJob): Promise<ClientResult> {
  const tally = new Tally();
  const random = new SeededRandom(`${seed} ${role}`);
  using desk = new NetworkDesk(port);
  const asking = new Asking(desk, tally);
  const actions = role === "good"
    ? await goodActions({ asking, tally, random, user: people.user })
    : [...badRequests({ asking, random, people, port }), ...badConnections({ port, random, tally })];
  await makeTraffic(actions, { seconds, rate, atOnce: AT_ONCE[role] }, { random, tally });
  return tally.result();
}

const job: ClientJob = JSON.parse(await new Response(Deno.stdin.readable).text());
console.log(JSON.stringify(await run(job)));
