/** Runs the command of `--on-renew`. */

/** Runs a shell command line with our own input and outputs. Why it failed; undefined when it did not. */
export async function runHook(command: string): Promise<string | undefined> {
  try {
    const streams = { stdin: "inherit", stdout: "inherit", stderr: "inherit" } as const;
    const { success, code, signal } = await new Deno.Command("/bin/sh", { args: ["-c", command], ...streams }).spawn()
      .status;
    if (success) return undefined;
    return signal === null ? `the command ended with status ${code}` : `the command was ended by ${signal}`;
  } catch (error) {
    // What was asked for has been done by now: without a shell, or the right to start one, the rest must still be told.
    return `the command could not be started: ${error instanceof Error ? error.message : error}`;
  }
}
