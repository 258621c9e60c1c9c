/** Secrets in files that came from elsewhere, or that somebody changed. */
import { fileError } from "../core/host/file_error.ts";

export const OWNER_ONLY = 0o600;

/**
 * Takes the rights of everybody but the owner away from the file at `path`, as ours have it from the beginning.
 * @returns whether others had any
 * @throws `file` when the system refuses
 */
export async function closeToOthers(path: string): Promise<boolean> {
  const { mode } = await Deno.stat(path);
  if (mode === null || (mode & 0o077) === 0) return false;
  await Deno.chmod(path, OWNER_ONLY).catch((error) => {
    throw fileError("close to others", path, error);
  });
  return true;
}
