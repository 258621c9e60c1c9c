/** The options of `caucase key-id`, and what its page of the manual says besides. */
import { EXIT_STATUS, type Prose } from "../manual/prose.ts";
import { collect } from "../options.ts";
import { newCommand } from "../subcommand.ts";

export function keyIdCommand() {
  return newCommand(
    "key-id",
    "Print the identifier of private keys, and the identifiers of the keys that open a backup. " +
      "A backup is opened by the private key whose identifier it lists.",
    keyIdManual,
  )
    .option("--private-key <path...>", "files that hold a private key: prints path and identifier", collect)
    .option("--backup <path...>", "backups: prints the path, then a line for each key that opens it", collect);
}

export const keyIdManual: Prose = {
  description: [
    "Prints the identifier of each private key (RFC 5280, 4.2.1.2), and for each backup the identifiers of the " +
    "keys that open it. A file that cannot be read does not keep the others from being shown.",
  ],
  exitStatus: [EXIT_STATUS.done, EXIT_STATUS.error, EXIT_STATUS.usage],
  examples: [[
    "Whose key opens a backup:",
    "caucase key-id --private-key alice.pem bob.pem \\\n" +
    "  --backup 2026-11-23.sql.caucased",
  ]],
  seeAlso: ["manage"],
};
