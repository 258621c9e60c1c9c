/** The options of `caucase key-id`. */
import { collect } from "../options.ts";
import { newCommand } from "../subcommand.ts";

export function keyIdCommand() {
  return newCommand(
    "key-id",
    "Print the identifier of private keys, and the identifiers of the keys that open a backup. " +
      "A backup is opened by the private key whose identifier it lists.",
  )
    .option("--private-key <path...>", "files that hold a private key: prints path and identifier", collect)
    .option("--backup <path...>", "backups: prints the path, then a line for each key that opens it", collect);
}
