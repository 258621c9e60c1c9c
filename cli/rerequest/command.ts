/** The options of `caucase rerequest`, and what its page of the manual says besides. */
import { EXIT_STATUS, type Prose } from "../manual/prose.ts";
import { SHARED } from "../options.ts";
import { newCommand } from "../subcommand.ts";

export function rerequestCommand() {
  return newCommand(
    "rerequest",
    "Make a new private key, and sign with it a request with subject and extensions of an older one. " +
      "An older request and an older key at the same paths are replaced; files that hold anything else are not.",
    rerequestManual,
  )
    .requiredOption("--template <csr>", "the request to be like; it must be signed with its own key")
    .requiredOption("--csr <path>", "where to write the new request")
    .requiredOption("--key <path>", "where to write the new private key")
    .option(...SHARED.keyLen, 2048);
}

export const rerequestManual: Prose = {
  description: [
    "Makes a private key, and signs a request with it that has the subject and all extensions of an older one, " +
    "unchanged: for a certificate that has expired or was revoked, and can therefore not renew itself.",
    "The older request may be PEM, DER, or base64 without the lines around it.",
    "The key's file has mode 0600. An older request and an older key at these paths are replaced; a file that " +
    "holds anything else is refused.",
  ],
  exitStatus: [EXIT_STATUS.done, EXIT_STATUS.error, EXIT_STATUS.usage],
  examples: [[
    "A new key and request in place of the old ones:",
    "caucase rerequest --template www.csr.pem --csr www.csr.pem --key www.key.pem",
  ]],
  seeAlso: ["client", "updater"],
};
