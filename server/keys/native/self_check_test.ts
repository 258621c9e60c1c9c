import assert from "node:assert/strict";
import { verifySignature } from "../../../core/keys/verify_signature.ts";
import { nativeTest } from "../../../tests/support/native.ts";
import type { NativeKeys } from "./native_keys.ts";
import { selfCheck } from "./self_check.ts";

nativeTest("selfCheck() finds nothing wrong with the libcrypto of this machine", selfCheck);

const WRONG: Readonly<Record<string, readonly [problem: RegExp, change: (keys: NativeKeys) => Partial<NativeKeys>]>> = {
  "signs nothing": [/it makes no signature/, () => ({ signerFor: () => undefined })],
  "signs wrongly": [/it makes wrong signatures/, ({ signerFor }) => ({
    signerFor(key, algorithm) {
      const signer = signerFor(key, algorithm);
      return signer && {
        ...signer,
        sign: async (data) => {
          const good = await signer.sign(data);
          return good.with(-1, (good.at(-1) ?? 0) ^ 1);
        },
      };
    },
  })],
  "signs something else": [/it makes wrong signatures/, ({ signerFor }) => ({
    signerFor(key, algorithm) {
      const signer = signerFor(key, algorithm);
      return signer && { ...signer, sign: () => signer.sign(new Uint8Array(3)) };
    },
  })],
  "takes everything": [/it takes wrong signatures for good ones/, () => ({ verdict: () => Promise.resolve(true) })],
  "takes nothing": [/it takes good signatures for wrong ones/, () => ({ verdict: () => Promise.resolve(false) })],
  "cannot tell": [/it takes good signatures for wrong ones/, () => ({ verdict: () => Promise.resolve(undefined) })],
  "does not look at the data": [/it takes wrong signatures for good ones/, () => {
    const first = new Map<string, Uint8Array>();
    return {
      verdict: (key, algorithm, { data, signature }) => {
        const known = first.get(algorithm.name) ?? data;
        first.set(algorithm.name, known);
        return verifySignature(key, algorithm, { data: known, signature });
      },
    };
  }],
};

for (const [name, [problem, change]] of Object.entries(WRONG)) {
  nativeTest(`selfCheck() finds a library out that ${name}`, async (keys) => {
    await assert.rejects(selfCheck({ ...keys, ...change(keys) }), problem);
  });
}
