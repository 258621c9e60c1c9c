/** Which version this is. */
import settings from "../deno.json" with { type: "json" };

/** Version of the program, as in `deno.json`. */
export const VERSION: string = settings.version;

/** One line for `--version`. */
export function versionText(): string {
  return `caucase ${VERSION} (Deno ${Deno.version.deno})`;
}
