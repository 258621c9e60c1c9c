/** Runs the Deno that runs this script, and what it made. */

/** Standard output of a Deno command. @throws Error with what it said, where it fails */
export async function runDeno(args: readonly string[], options: Deno.CommandOptions): Promise<string> {
  const { success, out, err } = await run(Deno.execPath(), { ...options, args: [...args] });
  if (!success) throw new Error(`deno ${args[0]}: ${err || out}`);
  return out;
}

/** How a command ended, and what it said; without colours and traces of the runtime. */
export async function run(
  command: string,
  options: Deno.CommandOptions,
): Promise<{ readonly success: boolean; readonly out: string; readonly err: string }> {
  const env = { NO_COLOR: "1", RUST_BACKTRACE: "0", RUST_LIB_BACKTRACE: "0", ...options.env };
  const { success, stdout, stderr } = await new Deno.Command(command, { ...options, env }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes).trim();
  return { success, out: text(stdout), err: text(stderr) };
}
