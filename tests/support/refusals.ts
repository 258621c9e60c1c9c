import { CaucaseError, type ErrorCode } from "../../core/errors.ts";

/** For `assert.throws` and `assert.rejects`: an error of ours with this code. */
export function isRefusal(code: ErrorCode): (error: unknown) => boolean {
  return (error) => error instanceof CaucaseError && error.code === code;
}
