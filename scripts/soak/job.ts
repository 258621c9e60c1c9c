/** What the processes that make traffic are told, and what they tell: JSON on standard input and output. */
import type { Credentials } from "../../tests/support/desk.ts";

export interface ClientJob {
  /** Their kind: well-behaved clients, or all others. */
  readonly role: "good" | "bad";
  /** HTTP; HTTPS is the next one. */
  readonly port: number;
  readonly seconds: number;
  /** Actions per second. */
  readonly rate: number;
  readonly seed: string;
  readonly people: People;
}

export interface People {
  readonly user: Credentials;
  /** Was a user until before the traffic. */
  readonly revokedUser: Credentials;
  /** The user's certificate as another CA would sign it. */
  readonly rogueUser: Credentials;
  /** Signed messages that were carried out before, to be sent again: JSON. */
  readonly spentRenewal: string;
  readonly spentRevocation: string;
}

export interface ClientResult {
  /** How often each action was carried out. */
  readonly actions: Readonly<Record<string, number>>;
  /** Answers by status, and `none` for actions that wait for the server to hang up. */
  readonly statuses: Readonly<Record<string, number>>;
  /** SHA-256 of the PEM of each certificate for services that was handed out. */
  readonly certificates: readonly string[];
  /** Serial numbers whose revocation was acknowledged, decimal. */
  readonly revoked: readonly string[];
  /** What went otherwise than it had to; not more than a few are told. */
  readonly faults: readonly string[];
  readonly faultCount: number;
}

/** SHA-256 of a text, hexadecimal. */
export async function digestOf(text: string): Promise<string> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text))).toHex();
}
