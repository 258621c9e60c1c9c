/**
 * Parsers of option values, and options that several subcommands share. Errors name the option and end with status 2.
 */
import { LOG_FORMATS } from "../core/log.ts";
import type { PublicCa } from "../core/protocol/routes.ts";
import { InvalidArgumentError, Option } from "@commander-js/extra-typings";

/** A whole number from 0. */
export function wholeNumber(text: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(value)) throw new InvalidArgumentError("It must be a whole number.");
  return value;
}

/** A whole number from 1. */
export function countFromOne(text: string): number {
  const value = wholeNumber(text);
  if (value === 0) throw new InvalidArgumentError("It must be a whole number from 1.");
  return value;
}

/** A number of days from 0, fractions allowed. */
export function days(text: string): number {
  const value = Number(text);
  if (!/^(\d+\.?\d*|\.\d+)$/.test(text) || !Number.isFinite(value)) {
    throw new InvalidArgumentError("It must be a number of days.");
  }
  return value;
}

/** In days: a CRL lives for a third of this, and is 10 seconds old when it is made. */
const SHORTEST_LIFE_SPAN = 36 / 86_400;

/**
 * In days: a hundred years. The CA of the HTTPS listener lives 40 times as long, and certificates know no year 10000.
 */
const LONGEST_LIFE_SPAN = 36_500;

/** How long certificates live, in days, fractions allowed. */
export function lifeSpanDays(text: string): number {
  const value = days(text);
  if (value < SHORTEST_LIFE_SPAN || value > LONGEST_LIFE_SPAN) {
    throw new InvalidArgumentError(`It must be from 36 seconds (0.00042) to ${LONGEST_LIFE_SPAN} days.`);
  }
  return value;
}

/** A TCP port that has a port after it. */
export function port(text: string): number {
  const value = wholeNumber(text);
  if (value < 1 || value > 65_534) throw new InvalidArgumentError("It must be a port from 1 to 65534.");
  return value;
}

/** An address, or a name of one, with a TCP port. IPv6 addresses are in brackets. */
export function hostAndPort(text: string): { readonly host: string; readonly port: number } {
  const [, host = "", number = ""] = /^(\[[0-9A-Fa-f:.]+\]|[^\s:[\]]+):(\d{1,5})$/.exec(text) ?? [];
  const port = Number(number);
  if (host === "" || port < 1 || port > 65_535) {
    throw new InvalidArgumentError("It must be an address with a port, as 127.0.0.1:9119 or [::1]:9119.");
  }
  return { host, port };
}

/** A path, or a word that stands for one. */
export function somewhere(text: string): string {
  if (text === "") throw new InvalidArgumentError("It must not be empty.");
  return text;
}

/** Bits of an RSA modulus. */
export function keyBits(text: string): number {
  const value = wholeNumber(text);
  if (value < 2048 || value > 16_384 || value % 8 !== 0) {
    throw new InvalidArgumentError("It must be a number of bits from 2048 to 16384, divisible by 8.");
  }
  return value;
}

/** Adds a value to those of earlier occurrences of the option. */
export function collect(value: string, earlier: readonly string[] = []): string[] {
  return [...earlier, value];
}

/**
 * Options that more than one subcommand has, with the same words everywhere: what is typed, what it means, and what
 * reads the value. What follows (a default value) is the subcommand's own.
 */
export const SHARED = {
  caUrl: ["--ca-url <url>", "HTTP base URL of the server; HTTPS is found on the next port"],
  caFingerprint: [
    "--ca-fingerprint <sha256:hex>",
    "begin an empty store of CA certificates for services only with the one of this fingerprint; client --show-ca " +
    "prints it",
  ],
  userCaFingerprint: [
    "--user-ca-fingerprint <sha256:hex>",
    "the same for the store of CA certificates for users",
  ],
  userKey: ["--user-key <path>", "key and certificate of a user, in one file"],
  trustStore: ["--trust-store <folder>", "where the CA certificates of the server are kept"],
  yes: ["--yes", "do not ask"],
  json: ["--json", "print JSON, on standard output"],
  threshold: ["--threshold <days>", "renew a certificate when it has less than this left", days],
  keyLen: ["--key-len <bits>", "RSA bits of new keys", keyBits],
  onRenew: ["--on-renew <command>", "shell command to run after CA certificates, CRLs or certificates changed"],
  db: ["--db <path>", "the SQLite database", "caucase.sqlite"],
  userCrtValidity: ["--user-crt-validity <days>", "how long certificates for users are valid", lifeSpanDays, 93],
} as const;

/** A shared option whose default value is filled in elsewhere: the help says `standard`. */
export function withDefault<const Flags extends string, Value>(
  [flags, description, parse]: readonly [Flags, string, (text: string) => Value],
  standard: string,
): readonly [Flags, string, (text: string) => Value] {
  return [flags, `${description} (default: ${standard})`, parse];
}

/** `--mode`, in each subcommand that has it. */
export function modeOption() {
  return new Option("--mode <mode>", "certificates for services or for users").choices(["service", "user"] as const);
}

/** The CA that a mode is about. */
export function caOf(mode: "service" | "user"): PublicCa {
  return mode === "user" ? "cau" : "cas";
}

/** `--log-format`, in each subcommand that writes a log. */
export function logFormatOption() {
  return new Option("--log-format <format>", "how the log on standard error is written")
    .choices(LOG_FORMATS).default("text" as const);
}
