/** Run scripts of `packaging/supervise/`, before stubs that tell how they were called. */
import { runCommand } from "../support/process.ts";
import { tempFolder } from "../support/temp_folder.ts";
import { readPackaged } from "./packaged.ts";

export interface ProgramCall {
  /** The program that the script became, and its arguments. */
  readonly words: readonly string[];
  /** Where, and with which file mode mask. */
  readonly folder: string;
  readonly umask: string;
  /** Whether it took the script's place: a supervisor signals the process that it started. */
  readonly isExec: boolean;
  /** Whether what it writes on standard error goes where standard output goes. */
  readonly hasOneOutput: boolean;
}

export interface RunSetting {
  /** Content of `/etc/caucase/serve.conf`. */
  readonly conf?: string;
  /** Name of the service folder. */
  readonly name?: string;
  /** Programs that there are. */
  readonly stubs?: readonly string[];
}

const STUB = `#!/bin/sh
printf '%s\\n' "$0" "$PWD" "$(umask)" "$$" "$@" > "$CALLED"
echo on-standard-error >&2
`;

/**
 * How the program that `script` ends in was called. All absolute paths but the interpreter's are moved below a folder
 * of the test's own, and back in the answer.
 */
export async function callOf(
  script: string,
  { conf = "", name = "service", stubs = ["setpriv"] }: RunSetting = {},
): Promise<ProgramCall> {
  await using root = await tempFolder();
  const folder = `${root.path}/etc/service/${name}`;
  const folders = [
    folder,
    `${folder}/log`,
    `${root.path}/bin`,
    `${root.path}/etc/caucase`,
    `${root.path}/var/lib/caucase`,
  ];
  for (const path of folders) await Deno.mkdir(path, { recursive: true });
  for (const stub of stubs) await Deno.writeTextFile(`${root.path}/bin/${stub}`, STUB, { mode: 0o755 });
  await Deno.writeTextFile(`${root.path}/etc/caucase/serve.conf`, conf);
  const text = await readPackaged(`supervise/${script}`);
  const run = `${folder}/${script.replace(/^[^/]*\//, "")}`;
  await Deno.writeTextFile(run, text.replaceAll(/(?<=[ "=])\/(?=etc\/|var\/)/g, `${root.path}/`), { mode: 0o755 });
  const called = `${root.path}/called`;
  // `env -i`: a supervisor hands over next to nothing. The script's own process number comes first.
  const start = `echo $$; exec env -i PATH="$1" CALLED="$2" "$3"`;
  const outcome = await runCommand(["/bin/sh", "-c", start, "sh", `${root.path}/bin`, called, run], {
    cwd: run.replace(/\/run$/, ""),
  });
  if (outcome.status !== 0) {
    throw new Error(`${script} ended with status ${outcome.status}: ${outcome.out}${outcome.err}`);
  }
  const back = (await Deno.readTextFile(called)).replaceAll(root.path, "");
  const [program = "", cwd = "", umask = "", pid = "", ...words] = back.trimEnd().split("\n");
  return {
    words: [program.replace("/bin/", ""), ...words],
    folder: cwd,
    umask,
    isExec: outcome.out.split("\n")[0] === pid,
    hasOneOutput: outcome.out.includes("on-standard-error"),
  };
}
