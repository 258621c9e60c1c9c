/** What went wrong with a file, in the words of the operating system. */
import { CaucaseError } from "../errors.ts";

/**
 * The error "cannot `doing` `path`: reason". An error that already says so about some file is passed on as it is, other
 * `CaucaseError`s (what the file holds is refused) keep their hint.
 */
export function fileError(doing: string, path: string, error: unknown): CaucaseError {
  if (error instanceof CaucaseError && error.code === "file") return error;
  const hint = error instanceof CaucaseError ? error.details.hint : hintFor(doing, error);
  const details = hint === undefined ? { cause: error } : { cause: error, hint };
  return new CaucaseError("file", `cannot ${doing} ${path}: ${systemReason(error)}`, details);
}

/** What is made or opened to be written is missing only where its folder is. */
const MAKING: readonly string[] = ["write", "open", "lock"];

function hintFor(doing: string, error: unknown): string | undefined {
  if (isDeviceRefused(error)) return DEVICE_HINT;
  return MAKING.includes(doing) && isMissing(error) ? "the folder that it belongs into must exist" : undefined;
}

function isMissing(error: unknown): boolean {
  return error instanceof Deno.errors.NotFound || systemCode(error) === "ENOENT";
}

const DEVICE_HINT = "a file or a named pipe will do, and /dev/stdin and /dev/stdout are standard input and output";

/** Whether the runtime refused what is in `/dev`, `/proc` or `/sys`, as it does to programs without all permissions. */
function isDeviceRefused(error: unknown): boolean {
  return error instanceof Deno.errors.NotCapable && error.message.startsWith("Requires all access");
}

/** The error code of the system (`ENOSPC`), where there is one. */
export function systemCode(error: unknown): string | undefined {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  return typeof code === "string" ? code : undefined;
}

/**
 * Deno says "No space left on device (os error 28): open '/x'", Node "ENOSPC: no space left on device, open '/x'" or a
 * mixture: the words alone, beginning small.
 */
export function systemReason(error: unknown): string {
  if (isDeviceRefused(error)) return "it belongs to the system, and this program may not open it";
  const text = error instanceof Error ? error.message : String(error);
  const words = /^E[A-Z0-9]+: (.*?)(?:, \w+(?: '.*)?)?$/s.exec(text)?.[1] ?? /^(.*?) \(os error \d+\)/s.exec(text)?.[1];
  return words === undefined ? text : words.charAt(0).toLowerCase() + words.slice(1);
}
