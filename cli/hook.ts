/** Runs the command of `--on-renew`. */
import { printError } from "./terminal.ts";

/** Runs a shell command line with our own input and outputs. False when it fails, whatever the reason, which is said. */
export async function runHook(command: string): Promise<boolean> {
  const reason = await failureOf(command);
  if (reason !== undefined) printError(`--on-renew: ${reason}`);
  return reason === undefined;
}

async function failureOf(command: string): Promise<string | undefined> {
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
