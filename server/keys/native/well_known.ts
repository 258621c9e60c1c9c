/**
 * Where systems keep libcrypto 3. Whole paths only: a bare name would be looked for in the working folder too, where
 * others may write. Executables may load these and nothing else (scripts/compile/permissions.ts).
 */

export interface Platform {
  readonly os: typeof Deno.build.os;
  readonly arch: typeof Deno.build.arch;
}

/** Best first. */
export function libcryptoPaths({ os, arch }: Platform): readonly string[] {
  switch (os) {
    case "darwin": {
      const homebrew = arch === "aarch64" ? "/opt/homebrew" : "/usr/local";
      return [`${homebrew}/opt/openssl@3/lib/libcrypto.3.dylib`, "/opt/local/lib/libcrypto.3.dylib"];
    }
    case "windows":
      return ["OpenSSL-Win64", "OpenSSL"].map((name) => `C:\\Program Files\\${name}\\bin\\libcrypto-3-x64.dll`);
    case "linux":
      // Debian and its relatives; Red Hat, SUSE; Arch and others.
      return [`/usr/lib/${arch}-linux-gnu`, "/usr/lib64", "/usr/lib"].map((folder) => `${folder}/libcrypto.so.3`);
    default:
      return [];
  }
}
