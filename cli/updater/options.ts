/** The command line of `caucase updater`. */
import { CaucaseError } from "../../core/errors.ts";
import { parseArguments } from "../subcommand.ts";
import { updaterCommand } from "./command.ts";
import { readConfiguration } from "./configuration.ts";
import { type RawEntry, toEntry, type UpdaterEntry } from "./entry_options.ts";

export interface UpdaterOptions {
  readonly entries: readonly UpdaterEntry[];
  readonly once: boolean;
  readonly status: boolean;
  readonly logFormat: "text" | "json";
}

/** @throws `EarlyExit` after help or a complaint; `usage`; `file` for a configuration file that cannot be used */
export async function readUpdaterOptions(args: readonly string[]): Promise<UpdaterOptions> {
  const command = updaterCommand();
  parseArguments(command, args);
  const { config, once = false, status = false, logFormat, ...given } = command.opts();
  const rest = { once, status, logFormat };
  if (config === undefined) return { ...rest, entries: [toEntry(given satisfies RawEntry, optionName)] };
  const [both] = Object.keys(given);
  if (both !== undefined) {
    throw new CaucaseError("usage", `${optionName(both)} cannot be given together with --config`, {
      hint: "write it into the configuration file",
    });
  }
  return { ...rest, entries: await readConfiguration(config) };
}

/** `--cas-ca` for `casCa`. */
export function optionName(member: string): string {
  return `--${member.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}
