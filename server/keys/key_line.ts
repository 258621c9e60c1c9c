/** Who waits for new keys, in a line. */
import type { PrivateKey } from "../../core/keys/private_key.ts";
import { Pool } from "./native/pool.ts";

type MakeKey = (bits: number) => Promise<PrivateKey>;

interface Waiting {
  readonly resolve: (key: PrivateKey) => void;
  readonly reject: (reason: unknown) => void;
}

/**
 * Makes RSA keys on all processors, and hands the one that is finished first to who has waited longest. Luck decides
 * whether a key takes 50 ms or 500: who is first at a first start, the CA that answers first, shall not have bad luck.
 */
export function keyLine(make: MakeKey): MakeKey {
  // More at a time would only share the processors, and the first one would come later.
  const turns = new Pool(() => ({}), Math.max(2, navigator.hardwareConcurrency));
  const lines = new Map<number, Waiting[]>();
  return (bits) => {
    const line = lines.get(bits) ?? [];
    lines.set(bits, line);
    const { promise, resolve, reject } = Promise.withResolvers<PrivateKey>();
    line.push({ resolve, reject });
    turns.use(() => make(bits)).then((key) => line.shift()?.resolve(key), (error) => line.shift()?.reject(error));
    return promise;
  };
}
