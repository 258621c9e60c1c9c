/** Parsers of option values, and options that several subcommands share. Errors name the option and end with status 2. */
import { InvalidArgumentError } from "@commander-js/extra-typings";

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

/** In days: a hundred years. The CA of the HTTPS listener lives 40 times as long, and certificates know no year 10000. */
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
