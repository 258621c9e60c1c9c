/** `caucase` without a subcommand: help, version, or a complaint with a suggestion. */
import { newProgram, parseArguments } from "./subcommand.ts";

/** What the program can do, a line each: in the order of a first encounter. */
const SUBCOMMANDS: readonly (readonly [name: string, description: string])[] = [
  ["serve", "run a certificate authority for services and one for users"],
  ["client", "request, fetch, sign, renew and revoke certificates"],
  ["updater", "get a certificate, and keep it and its CA certificates and CRLs up to date"],
  ["probe", "check a server from outside"],
  ["rerequest", "make a new key, and a request like an older one"],
  ["manage", "restore and check backups, take over another CA, hand one over"],
  ["key-id", "print identifiers of private keys, and of the keys that open a backup"],
];

/** Shows what was asked for. @throws `EarlyExit` with the status to end with */
export function overview(args: readonly string[]): void {
  const program = newProgram("A certificate authority that a small team can trust with its whole fleet.");
  for (const [name, description] of SUBCOMMANDS) program.command(name).description(description);
  parseArguments(program, args.length === 0 ? ["--help"] : args);
}
