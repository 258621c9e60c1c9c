/** The command line of `caucase client`. */
import { InvalidArgumentError, Option } from "@commander-js/extra-typings";
import { CaucaseError } from "../../core/errors.ts";
import { fingerprintOption } from "../ca_fingerprint.ts";
import { groupValues } from "../command_line.ts";
import { collect, days, keyBits } from "../options.ts";
import { newCommand, parseArguments } from "../subcommand.ts";
import type { CrtAndKey, IdAndPath } from "./holder_actions.ts";
import type { Mode } from "./session.ts";

export type ClientOptions = ReturnType<typeof readClientOptions>;

const ARITY = { "--get-crt": 2, "--revoke-crt": 2, "--renew-crt": 2, "--get-csr": 2, "--sign-csr-with": 2 };

/** @throws `EarlyExit` after help or a complaint; `usage` for ids in more than one list */
export function readClientOptions(args: readonly string[]) {
  const command = clientCommand();
  parseArguments(command, args, ARITY);
  const given = command.opts();
  const options = {
    ...given,
    sendCsr: given.sendCsr ?? [],
    signCsr: given.signCsr ?? [],
    rejectCsr: given.rejectCsr ?? [],
    revokeOtherCrt: given.revokeOtherCrt ?? [],
    revokeSerial: given.revokeSerial ?? [],
    updateUser: given.updateUser ?? false,
    showCa: given.showCa ?? false,
    listCsr: given.listCsr ?? false,
    getCrt: idsAndPaths(given.getCrt),
    getCsr: idsAndPaths(given.getCsr),
    signCsrWith: idsAndPaths(given.signCsrWith),
    revokeCrt: crtsAndKeys(given.revokeCrt),
    renewCrt: crtsAndKeys(given.renewCrt),
  };
  requireOneDecision([options.signCsr, options.signCsrWith.map(({ id }) => id), options.rejectCsr]);
  return options;
}

function clientCommand() {
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

function idsAndPaths(values: readonly string[] = []): IdAndPath[] {
  return groupValues(values, 2).map(([id = "", path = ""]) => ({ id, path }));
}

function crtsAndKeys(values: readonly string[] = []): CrtAndKey[] {
  return groupValues(values, 2).map(([crt = "", key = ""]) => ({ crt, key }));
}

/** Whoever both signs and rejects a request has mistyped an id: nothing is done then, so that nothing has to be undone. */
function requireOneDecision(lists: readonly (readonly string[])[]): void {
  const ids = lists.flatMap((list) => [...new Set(list.map(withoutLeadingZeros))]);
  const twice = ids.find((id, index) => ids.indexOf(id) !== index);
  if (twice === undefined) return;
  const message = `request ${twice} is in more than one of --sign-csr, --sign-csr-with and --reject-csr`;
  throw new CaucaseError("unacceptable", message, { hint: "nothing was done" });
}

function withoutLeadingZeros(id: string): string {
  return id.replace(/^0+(?=\d)/, "");
}
