/** The options of `caucase rerequest`. */
import { keyBits } from "../options.ts";
import { newCommand } from "../subcommand.ts";

export function rerequestCommand() {
  return newCommand(
    "rerequest",
    "Make a new private key, and sign with it a request with subject and extensions of an older one. " +
      "An older request and an older key at the same paths are replaced; files that hold anything else are not.",
  )
    .requiredOption("--template <csr>", "the request to be like; it must be signed with its own key")
    .requiredOption("--csr <path>", "where to write the new request")
    .requiredOption("--key <path>", "where to write the new private key")
    .option("--key-len <bits>", "RSA bits of the new key", keyBits, 2048);
}
