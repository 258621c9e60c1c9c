/** Runs the command of `--on-renew`. */

/** Runs a shell command line with our own input and outputs. False when it fails, whatever the reason. */
export async function runHook(command: string): Promise<boolean> {
  const { success } = await new Deno.Command("/bin/sh", {
    args: ["-c", command],
    stdin: "inherit",
    stdout: "inherit",
    stderr: "inherit",
  }).spawn().status;
  return success;
}
