/** Files that hold secrets, and came from elsewhere or were changed by somebody. */
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

/**
 * Moves the file at `path` away to make room for a new one: its content may be of use to somebody.
 * @param now Unix seconds, which become part of its name
 * @returns its new path
 * @throws `file` when the system refuses
 */
export async function putAside(path: string, now: number): Promise<string> {
  const aside = `${path}.unusable-${now}`;
  // Writes nothing, only makes room.
  // deno-lint-ignore caucase/durable-writes
  await Deno.rename(path, aside).catch((error) => {
    throw fileError("put aside", path, error);
  });
  return aside;
}
