/** Names for the serial numbers in entries of the audit log, from the register. */
import type { AuditEntry } from "../../core/audit/entry.ts";
import type { PublicCa } from "../../core/protocol/routes.ts";
import type { ApiClient } from "../net/api_client.ts";

/** Subjects by serial number, decimal. */
export type SubjectsBySerial = ReadonlyMap<string, string>;

/** So many are looked up: a person reads no more, and a program takes `--json`. */
const MOST = 500;

/** Asked at the same time. */
const AT_ONCE = 8;

/** As far as the register has them: it forgets what ended long ago, and never had what HTTPS uses. */
export async function subjectsIn(
  apis: Readonly<Record<PublicCa, Pick<ApiClient, "registered">>>,
  entries: readonly AuditEntry[],
): Promise<SubjectsBySerial> {
  const wanted = new Map<string, PublicCa>();
  for (const { ca, actor, event } of entries) {
    if (actor.kind === "user" && typeof actor.serial === "string") wanted.set(actor.serial, "cau");
    if ((ca === "cas" || ca === "cau") && typeof event.serial === "string") wanted.set(event.serial, ca);
  }
  const left = [...wanted].slice(0, MOST);
  const found = new Map<string, string>();
  const lookUp = async () => {
    for (let next = left.pop(); next !== undefined; next = left.pop()) {
      const [serial, ca] = next;
      const entry = await apis[ca].registered(serial);
      if (entry !== undefined) found.set(serial, entry.subject || entry.dns.join(", "));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, lookUp));
  return found;
}
