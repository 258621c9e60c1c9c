/** The options of `caucase client`, and what its page of the manual says besides. */
import { InvalidArgumentError } from "@commander-js/extra-typings";
import { fingerprintOption } from "../ca_fingerprint.ts";
import { EXIT_STATUS, type Prose } from "../manual/prose.ts";
import { collect, modeOption, SHARED } from "../options.ts";
import { newCommand } from "../subcommand.ts";

export function clientCommand() {
  return newCommand(
    "client",
    "Request, fetch, sign, renew and revoke certificates. Several actions in one call are fine.",
    clientManual,
  )
    .optionsGroup("Server:")
    .requiredOption(...SHARED.caUrl)
    .option(...SHARED.caFingerprint, fingerprintOption)
    .option(...SHARED.userCaFingerprint, fingerprintOption)
    .option("--require-server-authentication", "go on over HTTPS only with a server that a trusted CA vouches for")
    .option("--show-ca", "print the fingerprint with which others can begin to trust this CA")
    .optionsGroup("Stores (each call brings them up to date):")
    .option("--ca-crt <path>", "store of CA certificates for services: a file or a directory", "cas.crt.pem")
    .option("--crl <path>", "store of CRLs for services", "cas.crl.pem")
    .option("--update-user", "keep the stores for users up to date too")
    .option("--user-ca-crt <path>", "store of CA certificates for users", "cau.crt.pem")
    .option("--user-crl <path>", "store of CRLs for users", "cau.crl.pem")
    .option(...SHARED.onRenew)
    .optionsGroup("Requests and certificates:")
    .addOption(modeOption().default("service" as const))
    .option("--send-csr <path...>", "send requests; prints an id for each", collect)
    .option("--get-csr <id-path...>", "fetch a request into a file", collect)
    .option("--get-crt <id-path...>", "fetch a certificate into a file, beside its key", collect)
    .optionsGroup("With the key of a certificate:")
    .option("--revoke-crt <crt-key...>", "revoke a certificate", collect)
    .option("--renew-crt <crt-key...>", "renew a certificate, with a new key", collect)
    .option(...SHARED.threshold, 31)
    .option(...SHARED.keyLen, 2048)
    .optionsGroup("As a user:")
    .option(...SHARED.userKey)
    .option("--list-csr", "list pending requests")
    .option("--sign-csr <id...>", "sign pending requests", collect)
    .option("--sign-csr-with <id-csr...>", "sign a request with subject and extensions of another one", collect)
    .option("--reject-csr <id...>", "reject pending requests", collect)
    .option("--revoke-other-crt <crt...>", "revoke certificates of others", collect)
    .option("--revoke-serial <serial...>", "revoke by serial number", accumulateSerial);
}

function accumulateSerial(value: string, earlier: readonly bigint[] = []): bigint[] {
  if (!/^\d+$/.test(value)) throw new InvalidArgumentError("It must be a decimal integer.");
  return [...earlier, BigInt(value)];
}

export const clientManual: Prose = {
  description: [
    "Any number of actions can be given in one call. They are done in this order: the CA certificates are brought " +
    "up to date, then `--show-ca`, `--send-csr`, `--get-csr`, `--get-crt`, `--revoke-crt`, `--renew-crt`, " +
    "`--sign-csr`, `--sign-csr-with`, `--reject-csr`, `--revoke-other-crt`, `--revoke-serial`, `--list-csr`, then " +
    "the CRLs are brought up to date. `--on-renew` runs last, if a CA certificate, a certificate or a CRL has " +
    "changed. An action that fails does not keep the others from being done.",
    "Without `--user-key`, actions are anonymous or signed with the key that they are about. What only a user may " +
    "do goes over HTTPS, to the port after the one in `--ca-url`.",
    "A store of CA certificates or CRLs is a file with all of them, or a folder with a file for each. What does " +
    "not exist yet becomes a file if its name has an extension, else a folder. The first CA certificate is taken " +
    "on trust unless `--ca-fingerprint` pins it.",
    "Requests are read as PEM, in any encoding that editors save, as DER, and as base64 without the lines around it; " +
    "PEM in ASCII is sent. Keys, certificates and CRLs are PEM, also in UTF-16 or with a byte order mark.",
    "`--get-crt` appends the certificate to the file with its private key. `--renew-crt` and `--revoke-crt` ignore " +
    "KEY, which may then be empty, where CRT holds both.",
  ],
  exitStatus: [
    EXIT_STATUS.done,
    ["1", "Something was refused, could not be reached, or a file cannot be used. Outranks 2."],
    ["2", "A request is still pending; or the command line is wrong, and nothing was done."],
    ["3", "The command of `--on-renew` failed. Outranks 1."],
  ],
  files: [
    ["cas.crt.pem, cau.crt.pem", "CA certificates for services (`--ca-crt`) and for users (`--user-ca-crt`)."],
    ["cas.crl.pem, cau.crl.pem", "CRLs for services (`--crl`) and for users (`--user-crl`)."],
  ],
  examples: [
    [
      "A host asks, and fetches the certificate into the file with its key:",
      "openssl req -newkey rsa:2048 -nodes -subj /CN=www.example.org \\\n" +
      "  -keyout www.pem -out www.csr.pem\n" +
      "caucase client --ca-url http://ca.example.org --send-csr www.csr.pem\n" +
      "caucase client --ca-url http://ca.example.org --get-crt ID www.pem",
    ],
    [
      "A user looks at what is pending, and signs:",
      "caucase client --ca-url http://ca.example.org --user-key alice.pem \\\n" +
      "  --list-csr\n" +
      "caucase client --ca-url http://ca.example.org --user-key alice.pem \\\n" +
      "  --sign-csr ID",
    ],
    [
      "A renewal that is only made when it is due:",
      'caucase client --ca-url http://ca.example.org --renew-crt www.pem ""',
    ],
  ],
  seeAlso: ["rerequest", "serve", "updater"],
};
