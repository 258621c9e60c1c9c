/**
 * Signatures on webhooks as https://www.standardwebhooks.com describes them, so that libraries of others verify them:
 * HMAC-SHA-256 over id, time and body.
 */
import { createHmac } from "node:crypto";
import { type Bytes, utf8 } from "../bytes.ts";
import { CaucaseError } from "../errors.ts";

/** Bytes of the shortest secret: what that specification asks for. */
const SHORTEST = 24;

/** How secrets in base64 begin. */
const PREFIX = "whsec_";

/**
 * The secret in the text of a file: its first line, either `whsec_` and base64, or any text, whose bytes it is.
 * @throws `usage` for one that is too short, or no base64; nothing of it is in the message
 */
export function webhookSecret(text: string): Bytes {
  const [line = ""] = text.split(/\r?\n/, 1);
  const secret = line.startsWith(PREFIX) ? decoded(line.slice(PREFIX.length)) : utf8(line);
  if (secret.length >= SHORTEST) return secret;
  throw new CaucaseError("usage", `the secret for notifications has less than ${SHORTEST} bytes`, {
    hint: "for instance: openssl rand -hex 32",
  });
}

function decoded(base64: string): Bytes {
  try {
    return Uint8Array.fromBase64(base64);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new CaucaseError("usage", `the secret for notifications begins with ${PREFIX}, but is not base64`);
  }
}

export interface SignedContent {
  readonly id: string;
  /** When it is sent, Unix seconds: an old one that somebody sends again shows by it. */
  readonly time: number;
  readonly body: string;
}

/** The headers of a webhook; without a secret it is not signed. */
export function webhookHeaders(content: SignedContent, secret: Uint8Array | undefined): Record<string, string> {
  const { id, time, body } = content;
  const headers = { "webhook-id": id, "webhook-timestamp": `${time}` };
  if (secret === undefined) return headers;
  const mac = createHmac("sha256", secret).update(`${id}.${time}.${body}`).digest("base64");
  return { ...headers, "webhook-signature": `v1,${mac}` };
}
