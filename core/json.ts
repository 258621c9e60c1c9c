/** Reading JSON that somebody else wrote. */
import { malformed } from "./errors.ts";

/**
 * JSON text as a value. Without a reviver, which recurses: text nested megabytes deep must not exhaust the stack.
 * @throws `malformed`, naming `what`; nothing of the text is in the message, as the engine's own would have it
 */
export function parseJson(text: string, what: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw malformed(`${what} is not JSON`);
  }
}
