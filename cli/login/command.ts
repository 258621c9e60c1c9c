/** The options of `caucase login`, and what its page of the manual says besides. */
import { fingerprintOption } from "../ca_fingerprint.ts";
import { EXIT_STATUS, type Prose } from "../manual/prose.ts";
import { SHARED } from "../options.ts";
import { CONNECTION_FILES } from "../profile/user_verb.ts";
import { newCommand } from "../subcommand.ts";

export function loginCommand() {
  return newCommand(
    "login",
    "Keep a server and a user's key for all later commands, after checking them.",
    loginManual,
  )
    .argument("<url>", "HTTP base URL of the server; HTTPS is found on the next port")
    .optionsGroup("Server:")
    .option(
      "--fingerprint <sha256:hex>",
      "fingerprint of the CA certificate for services, which `caucase ca fingerprint` prints; asked for unless given",
      fingerprintOption,
    )
    .option(...SHARED.userCaFingerprint, fingerprintOption)
    .option(...SHARED.trustStore)
    .option(...SHARED.yes)
    .optionsGroup("User:")
    .option(...SHARED.userKey)
    .option("--request <name>", "ask for a user's certificate with this common name, and wait until it is signed")
    .option(...SHARED.keyLen, 2048)
    .option("--no-wait", "end with status 2 while nobody has signed it; the same command goes on later");
}

export const loginManual: Prose = {
  description: [
    "Fetches the CA certificate for services and compares its fingerprint, so that nobody can answer in the server's " +
    "place from then on. Without `--fingerprint` the terminal shows the fingerprint and asks; `--yes` takes " +
    "it as it is. With the CA for services, everything else is checked: the HTTPS server, the CA certificates for " +
    "users, and that the server takes the user's certificate.",
    "`--request` makes a new key in `--user-key` (`NAME.pem` beside the profile unless given) and a request, prints " +
    "the fingerprint that an existing user compares, and waits. Called again, it goes on with the same key and " +
    "request.",
    "Without `--user-key` and `--request`, a server that is logged in to already keeps the key it had.",
  ],
  exitStatus: [
    EXIT_STATUS.done,
    EXIT_STATUS.error,
    ["2", "With `--no-wait`, the request waits; or the command line is wrong, and nothing was done."],
  ],
  files: [
    ...CONNECTION_FILES,
    ["~/.config/caucase/trust/HOST_PORT/", "CA certificates: `cas.pem` for services, `cau.pem` for users."],
  ],
  examples: [
    [
      "A user's own machine:",
      "caucase login http://ca.example.org \\\n" +
      "  --fingerprint \\\n" +
      "  d6ce7ac412efdbdfe61928ec87436cdc4becf5b247abecef932409b0587e965d \\\n" +
      "  --user-key alice.pem",
    ],
    ["The first user of a new server, or one who was invited:", "caucase login http://ca.example.org --request Alice"],
  ],
  seeAlso: ["ca", "csr", "user"],
};
