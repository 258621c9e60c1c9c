/** Apache's combined log format. */

/** What one line tells. */
export interface AccessEntry {
  readonly remoteAddress: string;
  /** Serial number of the user's certificate, decimal. */
  readonly user: string | undefined;
  /** When it was answered, Unix milliseconds. */
  readonly timeMs: number;
  /** Method, target and version as sent; undefined where that could not be understood. */
  readonly requestLine: string | undefined;
  readonly status: number;
  /** Of the body that went out. */
  readonly bytes: number;
  readonly referer: string | undefined;
  readonly userAgent: string | undefined;
}

/** Longest field of a line, in characters before escaping: a line must stay readable whatever a client sends. */
const MAX_FIELD = 1024;

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/**
 * One line without its end: `127.0.0.1 - - [23/Nov/2026:14:04:05 +0000] "GET /cau HTTP/1.1" 200 1192 "-" "caucase
 * 0.9.17"`. Control characters, quotes and whatever is not ASCII are escaped as Apache does it, so that a line is
 * always one line.
 */
export function combinedLine(access: AccessEntry): string {
  const user = access.user === undefined ? "-" : escapeField(access.user);
  return `${access.remoteAddress} - ${user} [${logTime(access.timeMs)}] "${escapeField(access.requestLine)}" ` +
    `${access.status} ${access.bytes} "${escapeField(access.referer)}" "${escapeField(access.userAgent)}"`;
}

let cachedSecond = NaN;
let cachedTime = "";

/** `23/Nov/2026:14:04:05 +0000`. Made once a second, as thousands of lines share one. */
function logTime(timeMs: number): string {
  const second = Math.floor(timeMs / 1000);
  if (second !== cachedSecond) {
    const time = new Date(second * 1000);
    const iso = time.toISOString();
    cachedTime = `${iso.slice(8, 10)}/${MONTHS[time.getUTCMonth()]}/${iso.slice(0, 4)}:${iso.slice(11, 19)} +0000`;
    cachedSecond = second;
  }
  return cachedTime;
}

/** Everything but printable ASCII, quotes and backslashes. */
// deno-lint-ignore no-control-regex
const UNSAFE = /[\x00-\x1f"\\\x7f-\uffff]/;
const EACH_UNSAFE = new RegExp(UNSAFE, "g");

function escapeField(field: string | undefined): string {
  if (field === undefined || field === "") return "-";
  const shown = field.length > MAX_FIELD ? `${field.slice(0, MAX_FIELD)}...` : field;
  return UNSAFE.test(shown) ? shown.replace(EACH_UNSAFE, escapeCharacter) : shown;
}

function escapeCharacter(character: string): string {
  if (character === '"' || character === "\\") return `\\${character}`;
  const code = character.charCodeAt(0);
  return code < 0x100 ? `\\x${code.toString(16).padStart(2, "0")}` : `\\u${code.toString(16).padStart(4, "0")}`;
}
