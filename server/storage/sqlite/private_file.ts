/** Files that hold secrets are readable by their owner alone before anything is in them. */

/** Makes an empty file with mode 0600 at `path`, or where the link at `path` points, unless there is one. Its mode where there was one. */
export async function ensurePrivateFile(path: string): Promise<number | undefined> {
  try {
    return (await Deno.stat(path)).mode ?? undefined;
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  using _file = await Deno.open(path, { write: true, create: true, mode: 0o600 });
  // The umask may have taken rights from the owner too.
  if (Deno.build.os !== "windows") await Deno.chmod(path, 0o600);
  return undefined;
}
