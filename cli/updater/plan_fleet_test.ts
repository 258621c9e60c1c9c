/** A thousand hosts by their plans alone: no keys, no files, no server but for when it answers. */
import assert from "node:assert/strict";
import { DAY, HOUR } from "./jitter.ts";
import { type Observed, plan, type Task, TASK_OF, UNTRIED } from "./plan.ts";

const START = 1_800_000_000;
const LIFE_SPAN = 93 * DAY;
const HOSTS = 1000;

class PlannedHost {
  #observed: Observed;
  wakeAt = START;

  constructor(seed: string) {
    const tracks = { ca: UNTRIED, crl: UNTRIED, certificate: UNTRIED, hook: UNTRIED, report: UNTRIED };
    this.#observed = {
      rules: { threshold: 31 * DAY, crlThreshold: 7 * DAY, maxSleep: 31 * DAY, seed },
      hasCa: true,
      crls: [],
      crlDamaged: false,
      certificate: { kind: "held", request: "unsent", notBefore: START, notAfter: START + LIFE_SPAN },
      hookPending: false,
      reportPending: false,
      tracks,
      demanded: new Set(),
    };
  }

  /** Does all that is due; whether the certificate was renewed. */
  wakeUp(now: number, isUp: boolean): boolean {
    let renewed = false;
    for (;;) {
      const next = plan(this.#observed, now);
      if (next.action === undefined) {
        this.wakeAt = next.wakeAt;
        return renewed;
      }
      const { action } = next;
      this.#mark(TASK_OF[action], now, isUp);
      if (isUp && action === "refreshCrl") {
        this.#observed = { ...this.#observed, crls: [{ thisUpdate: now - 8 * DAY, nextUpdate: now + 23 * DAY }] };
      }
      if (isUp && action === "renew") {
        const certificate = { kind: "held", request: "unsent", notBefore: now, notAfter: now + LIFE_SPAN } as const;
        this.#observed = { ...this.#observed, certificate };
        renewed = true;
      }
      assert.notEqual(action, "replace", "no certificate expires");
    }
  }

  #mark(task: Task, now: number, isUp: boolean): void {
    const { tracks } = this.#observed;
    const { failures, lastSuccess } = tracks[task];
    const track = isUp
      ? { ...UNTRIED, lastTry: now, lastSuccess: now }
      : { lastTry: now, lastSuccess, failures: failures + 1, notBefore: null, error: "unreachable" };
    this.#observed = { ...this.#observed, tracks: { ...tracks, [task]: track } };
  }
}

Deno.test("plan() spreads the renewals of hosts that began in the same second, also after two days without a server", () => {
  // In the midst of the first time that they all renew.
  const outage = { from: START + 56 * DAY, to: START + 58 * DAY };
  const renewals = new Map<number, number>();
  for (let index = 0; index < HOSTS; index++) {
    const host = new PlannedHost(`host ${index}`);
    while (host.wakeAt < START + 400 * DAY) {
      const now = host.wakeAt;
      const isUp = now < outage.from || now >= outage.to;
      const hour = Math.floor((now - START) / HOUR);
      if (host.wakeUp(now, isUp)) renewals.set(hour, (renewals.get(hour) ?? 0) + 1);
    }
  }
  const [busiest] = [...renewals].toSorted(([, a], [, b]) => b - a);
  assert.ok(busiest && busiest[1] <= 0.04 * HOSTS, `${busiest?.[1]} of ${HOSTS} hosts renewed in hour ${busiest?.[0]}`);
  const total = [...renewals.values()].reduce((sum, count) => sum + count, 0);
  assert.ok(total >= 6 * HOSTS && total <= 7.5 * HOSTS, `${total} renewals`);
});
