/**
 * What an executable may do, decided when it is compiled: nobody can change it by options. Tests run the program from
 * source with the same permissions (tests/support/server_process.ts), so that none of them is missing where it is
 * needed.
 */
import { libcryptoPaths, type Platform } from "../../server/keys/native/well_known.ts";

/**
 * What says whether there are colours and progress, whether the journal reads the log, where a person's settings are,
 * and what of them is otherwise.
 */
export const ENVIRONMENT: readonly string[] = [
  ...["NO_COLOR", "TERM", "JOURNAL_STREAM"],
  ...["HOME", "XDG_CONFIG_HOME", "APPDATA"],
  ...["CAUCASE_URL", "CAUCASE_USER_KEY", "CAUCASE_TRUST_STORE"],
];

/** Options of `deno run` and `deno compile`. What is not granted is refused at once: nobody sits there to be asked. */
export function permissionsOn(platform: Platform): readonly string[] {
  return [...EVERYWHERE, `--allow-ffi=${libcryptoPaths(platform).join(",")}`];
}

const EVERYWHERE: readonly string[] = [
  "--no-prompt",
  // `serve` listens where --netloc, --bind and --base-port say; the others connect to --ca-url. None is known before.
  "--allow-net",
  // Keys, certificates, CRLs, databases and backups: each path is the user's choice.
  "--allow-read",
  "--allow-write",
  // Hooks are shell commands: a program that may run a shell may run anything, so naming the shell would restrict
  // nothing. Ending a hook that hangs, with all that it started, needs the whole of it too: a signal to a group of
  // processes. Access lists and extended attributes of files that are replaced are copied by `cp`, through the same
  // shell.
  "--allow-run",
  // These names; all others read as if they were not set, as the runtime's own libraries look for some and could do
  // without.
  `--allow-env=${ENVIRONMENT.join(",")}`,
  "--ignore-env",
  // All code is in the executable. Without this, a few hosts of packages may be imported from.
  "--deny-import",
  // What there is to know about the machine: never. Of libraries, libcrypto where systems have it, by whole paths.
  "--deny-sys",
];

/** The same on this machine. */
export const PERMISSIONS: readonly string[] = permissionsOn(Deno.build);
