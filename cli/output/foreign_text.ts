/** Text that others wrote (names, subjects, reasons), made harmless for a terminal and for the eyes. */
import { escapeControlsAsJson } from "../../core/host/log_format.ts";

/**
 * `text` with all that drives a terminal, begins a line or turns the reading direction written as an escape; and what
 * is seen as nothing, or as a space without being one, by which one name could look like another.
 */
export function foreignText(text: string): string {
  return escapeControlsAsJson(text).replace(
    /[\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Default_Ignorable_Code_Point}\u2800]|(?! )\p{Zs}/gu,
    (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`,
  );
}
