import assert from "node:assert/strict";
import { newEcKey } from "../tests/support/issuing.ts";
import { WEBCRYPTO } from "./keys/operations.ts";
import { watchedByAll, watchedOperations, type Watcher } from "./watcher.ts";

/** Writes down what it is told. */
function recorder(name: string, told: string[]): Watcher {
  const tell = (what: string) => void told.push(`${name}: ${what}`);
  return {
    request({ method }) {
      tell(method);
      return {
        within(action) {
          tell("within");
          return action();
        },
        routed: tell,
        answered: (status) => tell(`${status}`),
      };
    },
    signature: (scheme) => (outcome) => tell(`${scheme} ${outcome}`),
    commit: (writes) => (outcome) => tell(`${writes} ${outcome}`),
  };
}

Deno.test("watchedByAll() tells every watcher everything, once", () => {
  assert.equal(watchedByAll([]), undefined);
  const told: string[] = [];
  const [a, b, c] = ["a", "b", "c"].map((name) => recorder(name, told));
  assert.ok(a && b && c);
  assert.equal(watchedByAll([a]), a);
  const all = watchedByAll([a, b, c]);
  const watch = all?.request({ method: "GET", secure: true, header: () => undefined, response: {} });
  assert.equal(watch?.within(() => 7), 7);
  watch?.routed("sign");
  watch?.answered(204);
  all?.signature("ECDSA")("done");
  all?.commit(2)("failed");
  const each = ["GET", "within", "sign", "204", "ECDSA done", "2 failed"];
  for (const name of ["a", "b", "c"]) {
    assert.deepEqual(told.filter((line) => line.startsWith(name)), each.map((what) => `${name}: ${what}`));
  }
});

Deno.test("watchedOperations() tells of signatures that are made and of those that fail", async () => {
  assert.equal(watchedOperations(WEBCRYPTO, undefined), WEBCRYPTO);
  const told: string[] = [];
  const key = await newEcKey();
  const signer = await watchedOperations(WEBCRYPTO, recorder("w", told)).signerFor(key);
  assert.equal(signer.publicKey, key.publicKey);
  assert.ok((await signer.sign(new Uint8Array(3))).length > 60);
  const broken = { ...WEBCRYPTO, signerFor: async () => ({ ...await WEBCRYPTO.signerFor(key), sign: fail }) };
  await assert.rejects((await watchedOperations(broken, recorder("w", told)).signerFor(key)).sign(new Uint8Array(3)));
  assert.deepEqual(told, ["w: ECDSA done", "w: ECDSA failed"]);
});

function fail(): Promise<never> {
  return Promise.reject(new Error("no key"));
}
