import assert from "node:assert/strict";
import { SeededRandom } from "../fuzz/random.ts";
import { Tally } from "./tally.ts";
import { chosen, makeTraffic, type TrafficAction } from "./traffic.ts";

function action(name: string, weight: number, run = () => Promise.resolve()): TrafficAction {
  return { name, weight, run };
}

Deno.test("chosen() goes by weight, and again the same way with the same seed", () => {
  const actions = [action("often", 9), action("seldom", 1), action("never", 0)];
  const choices = () => {
    const random = new SeededRandom("1");
    return Array.from({ length: 1000 }, () => chosen(actions, random).name);
  };
  const first = choices();
  assert.deepEqual(choices(), first);
  const seldom = first.filter((name) => name === "seldom").length;
  assert.ok(seldom > 50 && seldom < 150, `${seldom}`);
  assert.ok(!first.includes("never"));
  assert.throws(() => chosen([], new SeededRandom("1")), RangeError);
});

Deno.test("makeTraffic() keeps to the rate and to the number at once, and waits for what began", async () => {
  let [atOnce, most, ended] = [0, 0, 0];
  const slow = action("slow", 1, async () => {
    most = Math.max(most, ++atOnce);
    await new Promise((resolve) => setTimeout(resolve, 20));
    atOnce--;
    ended++;
  });
  const tally = new Tally();
  await makeTraffic([slow], { seconds: 0.2, rate: 100, atOnce: 2 }, { random: new SeededRandom("1"), tally });
  const { actions } = tally.result();
  assert.equal(actions["slow"], ended);
  assert.ok(ended >= 1 && ended <= 21 && most <= 2, `${ended} of them, ${most} at once`);
});

Deno.test("makeTraffic() goes on after a fault, and tells it", async () => {
  const tally = new Tally();
  const failing = action("failing", 1, () => Promise.reject(new Error("503 instead of 200")));
  await makeTraffic([failing], { seconds: 0.1, rate: 500, atOnce: 4 }, { random: new SeededRandom("1"), tally });
  const { actions, faults, faultCount } = tally.result();
  assert.equal(faultCount, actions["failing"]);
  assert.equal(faults[0], "failing: 503 instead of 200");
});
