/** The libcrypto of this machine, for tests: without it they are left out, and a line says what to install. */
import { Libcrypto } from "../../server/keys/native/libcrypto.ts";
import { type NativeKeys, nativeKeys } from "../../server/keys/native/native_keys.ts";
import { libcryptoPath } from "./requirements.ts";

export const LIBCRYPTO_PATH = libcryptoPath();

const keys = LIBCRYPTO_PATH === undefined ? undefined : nativeKeys(new Libcrypto(LIBCRYPTO_PATH));

/** A test that needs libcrypto. */
export function nativeTest(name: string, test: (keys: NativeKeys) => void | Promise<void>): void {
  Deno.test({ name, ignore: keys === undefined, fn: () => keys === undefined ? undefined : test(keys) });
}
