/** The options of `caucase client`. */
import { InvalidArgumentError, Option } from "@commander-js/extra-typings";
import { fingerprintOption } from "../ca_fingerprint.ts";
import { collect, days, keyBits } from "../options.ts";
import { newCommand } from "../subcommand.ts";
import type { Mode } from "./session.ts";

export function clientCommand() {
  return newCommand(
    "client",
    "Request, fetch, sign, renew and revoke certificates. Several actions in one call are fine.",
  )
    .requiredOption("--ca-url <url>", "HTTP base URL of the server; HTTPS is found on the next port")
    .option("--ca-crt <path>", "store of CA certificates for services: a file or a directory", "cas.crt.pem")
    .option("--user-ca-crt <path>", "store of CA certificates for users", "cau.crt.pem")
    .option(
      "--ca-fingerprint <sha256:hex>",
      "begin an empty --ca-crt only with the CA certificate of this fingerprint (see --show-ca)",
      fingerprintOption,
    )
    .option("--user-ca-fingerprint <sha256:hex>", "the same for --user-ca-crt", fingerprintOption)
    .option("--crl <path>", "store of CRLs for services", "cas.crl.pem")
    .option("--user-crl <path>", "store of CRLs for users", "cau.crl.pem")
    .option("--threshold <days>", "--renew-crt renews with less than this left", days, 31)
    .option("--key-len <bits>", "RSA bits of new keys", keyBits, 2048)
    .option("--on-renew <command>", "shell command to run when a CA certificate, certificate or CRL changed")
    .option("--user-key <path>", "key and certificate of a user, in one file")
    .option("--require-server-authentication", "go on over HTTPS only with a server that a trusted CA vouches for")
    .addOption(
      new Option("--mode <mode>", "work with certificates of services or of users")
        .choices(["service", "user"] as const).default("service" as Mode),
    )
    .option("--show-ca", "print the fingerprint with which others can begin to trust this CA")
    .option("--send-csr <path...>", "send requests; prints an id for each", collect)
    .option("--get-crt <id-path...>", "ID PATH: fetch a certificate into a file, next to its key", collect)
    .option("--revoke-crt <crt-key...>", "CRT KEY: revoke a certificate with its own key", collect)
    .option("--renew-crt <crt-key...>", "CRT KEY: renew a certificate, with a new key", collect)
    .option("--get-csr <id-path...>", "ID PATH: fetch a request into a file", collect)
    .option("--update-user", "keep the stores for users up to date too")
    .option("--list-csr", "list pending requests (needs --user-key, as all that follow)")
    .option("--sign-csr <id...>", "sign pending requests", collect)
    .option(
      "--sign-csr-with <id-csr...>",
      "ID CSR: sign with subject and extensions of another request",
      collect,
    )
    .option("--reject-csr <id...>", "reject pending requests", collect)
    .option("--revoke-other-crt <crt...>", "revoke certificates of others", collect)
    .option("--revoke-serial <serial...>", "revoke by serial number", accumulateSerial);
}

function accumulateSerial(value: string, earlier: readonly bigint[] = []): bigint[] {
  if (!/^\d+$/.test(value)) throw new InvalidArgumentError("It must be a decimal integer.");
  return [...earlier, BigInt(value)];
}
