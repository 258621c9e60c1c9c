/** What is fuzzed, and what must hold whatever it is fed with. */
import type { Bytes } from "../../core/bytes.ts";
import { CaucaseError, type ErrorCode } from "../../core/errors.ts";

/** How inputs are made from older ones, see `mutate/`. */
export type Grammar = "bytes" | "der" | "pem" | "json" | "text";

export interface Target {
  readonly name: string;
  readonly grammar: Grammar;
  /** Reasons for which an input may be refused. */
  readonly codes: readonly ErrorCode[];
  /** What the format is made of, for `text`, `json` and `pem`. */
  readonly words?: readonly string[];
  /** Whether errors repeat what came in: their reader typed it. */
  readonly quotes?: boolean;
  /** Reads the input. Throws `CaucaseError` for a refusal, anything else for what must not be. */
  readonly read: (input: Bytes) => unknown;
  /** Reads the input as `read` does, and checks what must hold of what was read. */
  readonly run: (input: Bytes) => Promise<void>;
  /** Inputs of about `size` bytes, by what they have much of: their cost must grow as they do. */
  readonly grown?: Readonly<Record<string, (size: number) => Uint8Array>>;
  /** Arguments after which `openssl` reads a DER file by the name that follows, and takes all that we take. */
  readonly openssl?: readonly string[];
}

/** A target whose checks are told what was read: round trips, above all. */
export function defineTarget<T>(
  target: Omit<Target, "run" | "read"> & {
    readonly read: (input: Bytes) => T | Promise<T>;
    readonly check: (found: T, input: Bytes) => unknown;
  },
): Target {
  const { check, ...others } = target;
  return { ...others, run: async (input) => void await check(await others.read(input), input) };
}

/** What became of an input. */
export interface InputOutcome {
  readonly accepted: boolean;
  /** Code and message of a refusal without its numbers; inputs with the same shape went the same way. */
  readonly shape: string;
  /** What is wrong with the program, if anything. */
  readonly defect?: string;
  readonly milliseconds: number;
}

/** Characters that a message may have: it goes into logs and terminals, and should not repeat what came in. */
const LONGEST_MESSAGE = 600;

/** Any input of the sizes that are made here takes a thousandth of this. */
const SLOWEST_MS = 2_000;

/** Runs the target on an input. Never throws. */
export async function examine(target: Target, input: Bytes): Promise<InputOutcome> {
  const before = performance.now();
  const { error } = await attempt(target, input);
  const milliseconds = performance.now() - before;
  const defect = defectOf(target, error) ??
    (milliseconds > SLOWEST_MS ? `took ${Math.round(milliseconds)} ms for ${input.length} bytes` : undefined);
  const shape = error === undefined ? "accepted" : shapeOf(error);
  return { accepted: error === undefined, shape, milliseconds, ...(defect !== undefined && { defect }) };
}

async function attempt({ run }: Target, input: Bytes): Promise<{ error: unknown }> {
  try {
    await run(input.slice());
    return { error: undefined };
  } catch (error) {
    return { error: error ?? new Error("threw nothing") };
  }
}

function defectOf({ codes, quotes = false }: Target, error: unknown): string | undefined {
  if (error === undefined) return undefined;
  if (!(error instanceof CaucaseError)) return error instanceof Error ? error.stack ?? error.message : String(error);
  const { code, message, details: { hint = "" } } = error;
  if (!codes.includes(code)) return `refused as ${code}, which is not for this: ${message}`;
  if (quotes) return undefined;
  const said = `${message} ${hint}`;
  if (said.length > LONGEST_MESSAGE) return `the message has ${said.length} characters: ${said.slice(0, 100)}…`;
  if (/[\p{Cc}\p{Zl}\p{Zp}]/u.test(said)) return `the message has control characters: ${JSON.stringify(said)}`;
  return undefined;
}

function shapeOf(error: unknown): string {
  const text = error instanceof CaucaseError ? `${error.code}: ${error.message}` : String(error);
  return text.replace(/"(?:[^"\\]|\\.)*"/g, '""').replace(/[0-9][0-9a-f.]*/g, "#").slice(0, 120);
}
