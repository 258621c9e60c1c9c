/** A message as mail: everything in it is text of ours, and no line of it can become a header. */
import { escapeControls } from "../x509/name.ts";
import { shortened } from "./foreign_names.ts";
import type { Message } from "./message.ts";

/** What a mail program shows of a subject. */
const LONGEST_SUBJECT = 150;

export interface Mail {
  readonly subject: string;
  readonly text: string;
  /** The same at each attempt: mailboxes that know it can drop a second one. */
  readonly messageId: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** @param from whose address it comes from */
export function mailOf(message: Message, from: string): Mail {
  const lines = [`id: ${message.id}`, `kind: ${message.kind}`, `at: ${message.at}`];
  const data = Object.entries(message.data).flatMap(([name, value]) =>
    Array.isArray(value) ? [`${name}:`, ...value.map((each) => `  ${each}`)] : [`${name}: ${value ?? "unknown"}`]
  );
  return {
    subject: shortened(escapeControls(`caucase: ${message.text}`), LONGEST_SUBJECT),
    text: [message.text, "", ...lines, ...data].map(escapeControls).join("\n") + "\n",
    messageId: `<${message.id}@${from.slice(from.lastIndexOf("@") + 1)}>`,
    // RFC 3834: nobody's out-of-office notice shall answer.
    headers: { "Auto-Submitted": "auto-generated", "Caucase-Event-Id": message.id },
  };
}
