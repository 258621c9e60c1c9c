import assert from "node:assert/strict";
import { posix, win32 } from "node:path";
import { libcryptoPaths } from "./well_known.ts";

Deno.test("libcryptoPaths() has whole paths only, none with a comma: permissions are lists with commas", () => {
  for (const os of ["linux", "darwin", "windows"] as const) {
    for (const arch of ["x86_64", "aarch64"] as const) {
      const paths = libcryptoPaths({ os, arch });
      assert.ok(paths.length > 0);
      for (const path of paths) {
        assert.ok(os === "windows" ? win32.isAbsolute(path) && /^[A-Z]:/.test(path) : posix.isAbsolute(path), path);
        assert.doesNotMatch(path, /,/);
      }
    }
  }
});

Deno.test("libcryptoPaths() begins with the folder of Debian's architecture on Linux", () => {
  const first = (arch: "x86_64" | "aarch64") => libcryptoPaths({ os: "linux", arch })[0];
  assert.equal(first("x86_64"), "/usr/lib/x86_64-linux-gnu/libcrypto.so.3");
  assert.equal(first("aarch64"), "/usr/lib/aarch64-linux-gnu/libcrypto.so.3");
});
