/**
 * A holder tells that its certificate is installed, and how its hook did: body of
 * `PUT certificates/SERIAL/installation`. The payload, signed by the key of the certificate, is
 *
 * ```json
 * {"kind": "installation", "issuer": "<key identifier, hex>", "serial": "<decimal>", "time": "2026-11-28T01:00:00Z",
 *  "hook": "succeeded" | "failed" | "none", "failingSince": null | "2026-…Z", "detail": null | "<text>"}
 * ```
 *
 * and nothing more: neither a name of the host, nor a path, nor a command is in it.
 */
import * as v from "valibot";
import { messageFromJson, type SignedMessage, signMessage } from "./envelope.ts";
import { malformed } from "../errors.ts";
import { parseJson } from "../json.ts";
import type { PrivateKey } from "../keys/private_key.ts";
import { decimal, optionalTimeToText, utcTime } from "./wire_values.ts";
import { timeToText } from "../utc_time.ts";

export const HOOK_OUTCOMES = ["succeeded", "failed", "none"] as const;

/** What became of the command that tells programs of a new certificate; "none" where none was run. */
export type HookOutcome = (typeof HOOK_OUTCOMES)[number];

/** How the hook of an installed certificate is. */
export interface HookState {
  readonly hook: HookOutcome;
  /** Unix seconds; null unless it failed. */
  readonly failingSince: number | null;
  /** Why it failed: up to `LONGEST_DETAIL` printable characters of ASCII; null unless it failed and that is known. */
  readonly detail: string | null;
}

export interface InstallationReport extends HookState {
  /** Of the certificate, with the key identifier of its CA certificate in lower-case hex. */
  readonly serial: bigint;
  readonly issuer: string;
  /** What the host's clock showed, Unix seconds. */
  readonly time: number;
}

/** A report as it was received. */
export interface InstallationMessage {
  readonly report: InstallationReport;
  readonly message: SignedMessage;
}

export const LONGEST_DETAIL = 200;

/** Characters of a payload: many times what it takes. */
const LONGEST_PAYLOAD = 2000;

/** Strict: whoever signs says nothing that we do not understand. */
const ReportShape = v.pipe(
  v.strictObject({
    kind: v.literal("installation"),
    issuer: v.pipe(v.string(), v.regex(/^([0-9a-f]{2}){1,64}$/)),
    serial: v.pipe(v.string(), v.regex(/^(0|[1-9]\d{0,159})$/), decimal),
    time: utcTime,
    hook: v.picklist(HOOK_OUTCOMES),
    failingSince: v.nullable(utcTime),
    detail: v.nullable(v.pipe(v.string(), v.maxLength(LONGEST_DETAIL), v.regex(/^[ -~]+$/))),
  }),
  v.check(({ hook, failingSince, detail }) =>
    hook === "failed" ? failingSince !== null : failingSince === null && detail === null
  ),
  v.check(({ time, failingSince }) => failingSince === null || failingSince <= time),
);

/** The holder reports: `key` is that of the certificate. Of times, parts of a second are left out. */
export async function signInstallation(report: InstallationReport, key: PrivateKey): Promise<SignedMessage> {
  const { issuer, serial, hook, failingSince, detail } = report;
  const payload = {
    kind: "installation",
    issuer,
    serial: `${serial}`,
    time: timeToText(report.time),
    hook,
    failingSince: optionalTimeToText(failingSince),
    detail,
  };
  return await signMessage(JSON.stringify(payload), key);
}

/** What the body holds. Throws `malformed`; the signature is not checked yet: see `requireHolder`. */
export function readInstallation(body: string): InstallationMessage {
  const message = messageFromJson(parseJson(body, "the report"));
  if (message.digest === null) throw malformed("the report is not signed");
  if (message.payload.length > LONGEST_PAYLOAD) throw malformed("the payload of the report is too long");
  const payload = v.safeParse(ReportShape, parseJson(message.payload, "the payload of the report"));
  if (!payload.success) throw malformed("the payload is no report of an installation");
  const { kind: _, ...report } = payload.output;
  return { report, message };
}

/** `text` as a report may hold it: shortened, and what is not printable replaced; null where nothing is left. */
export function detailOf(text: string): string | null {
  const printable = text.replace(/[^ -~]+/g, " ").trim().slice(0, LONGEST_DETAIL).trim();
  return printable === "" ? null : printable;
}
