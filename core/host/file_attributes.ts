/**
 * Access list (ACL), extended attributes and security label of a file, for the file that takes its place. The runtime
 * has no calls for them, and the program loads no native libraries: `cp` of GNU coreutils copies them, through a shell
 * as hooks run.
 *
 * The new file is handed over open, as the standard output of `cp`: a user with write access to the folder could put a
 * link into the place of its name, and so give the attributes to another file.
 */
import { spawn } from "node:child_process";
import type { RightsLoss } from "./file_system.ts";

/**
 * Each kind is named, so that `cp` fails where it cannot keep it; a label only where there are any, as `cp` fails
 * otherwise.
 */
const COPY = "label=; if [ -e /sys/fs/selinux/enforce ]; then label=,context; fi; " +
  'exec cp --attributes-only --preserve=mode,xattr$label -- "$1" /proc/self/fd/1';

/**
 * Words of a shell without `cp`, and of one that cannot do this: BusyBox, BSD, macOS, coreutils built without libattr.
 */
const UNABLE = /not found|unrecognized option|unknown option|illegal option|unexpected argument|without xattr support/i;

/** Words for an old file that `cp` may not look at. */
const UNSEEN = /cannot (open|stat|access)/;

/**
 * Gives the file that is open as `descriptor` the attributes and the mode of the file at `from`.
 * @returns what could not be given to it, or that nobody can tell; undefined when it has all
 */
export async function copyAttributes(from: string, descriptor: number): Promise<RightsLoss | undefined> {
  const { status, complaint } = await run(["-c", COPY, "sh", from], descriptor);
  if (status === 0) return undefined;
  const [line = ""] = complaint.trim().split("\n");
  const reason = line.replace(/^.*?\bcp: /, "").replaceAll("'/proc/self/fd/1'", "the new file");
  const certain = status !== undefined && status !== 127 && !UNABLE.test(line) && !UNSEEN.test(line);
  if (certain) return { what: `access list, extended attributes or security label (${reason})`, certain };
  return {
    what:
      `access list, extended attributes and security label, if it had any (no cp of GNU coreutils can tell: ${reason})`,
    certain,
  };
}

/**
 * `cp` reads no content: one that takes longer, in milliseconds, waits for a pipe that somebody put there, or a dead
 * server.
 */
const LONGEST = 10_000;

interface Ended {
  /** Undefined where there is no shell, or no right to start one, or a signal ended it. */
  readonly status: number | undefined;
  readonly complaint: string;
}

function run(args: readonly string[], descriptor: number): Promise<Ended> {
  return new Promise((resolve) => {
    const failed = (error: unknown) =>
      resolve({ status: undefined, complaint: error instanceof Error ? error.message : String(error) });
    try {
      const child = spawn("/bin/sh", [...args], { stdio: ["ignore", descriptor, "pipe"], env: { LC_ALL: "C" } });
      const complaint: Uint8Array[] = [];
      const timer = setTimeout(() => child.kill("SIGKILL"), LONGEST);
      child.stderr?.on("data", (bytes: Uint8Array) => complaint.push(bytes));
      child.on("error", (error) => {
        clearTimeout(timer);
        failed(error);
      });
      child.on("close", (code) => {
        clearTimeout(timer);
        const text = complaint.map((bytes) => new TextDecoder().decode(bytes)).join("");
        resolve({ status: code ?? undefined, complaint: text });
      });
    } catch (error) {
      // The runtime refuses at once what it was not allowed to start.
      failed(error);
    }
  });
}
