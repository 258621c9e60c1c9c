/** The options of `caucase updater`, and what its page of the manual says besides. */
import type { Prose } from "../manual/prose.ts";
import { collect, days, logFormatOption, modeOption, SHARED, wholeNumber, withDefault } from "../options.ts";
import { newCommand } from "../subcommand.ts";

// No defaults here: they are `toEntry`'s, the same for the command line and the configuration file.
export function updaterCommand() {
  return newCommand(
    "updater",
    "Get a certificate, and keep it, its CA certificates and CRLs up to date: runs until it is stopped.",
    updaterManual,
  )
    .optionsGroup("Server and stores (the first four are required):")
    .option(...SHARED.caUrl)
    .option("--cas-ca <path>", "store of CA certificates for services: a file or a directory")
    .option("--ca <path>", "store of CA certificates of --mode")
    .option("--crl <path>", "store of CRLs of --mode")
    .addOption(modeOption().default(undefined, "service"))
    .option(...SHARED.caFingerprint)
    .option(...SHARED.userCaFingerprint)
    .option("--crl-threshold <days>", "refresh CRLs with less than this left (default: 7)", days)
    .optionsGroup("Certificate:")
    .option("--crt <path>", "the certificate to keep; without it only CA certificates and CRLs are kept")
    .option("--key <path>", "its private key (default: in the file of --crt)")
    .option("--csr <path>", "the request to send while there is no certificate (default: --crt's path with .csr)")
    .option(...withDefault(SHARED.threshold, "31"))
    .option(...withDefault(SHARED.keyLen, "2048"))
    .optionsGroup("Key and request, made where there are none:")
    .option("--subject <name>", "ask for this name, like CN=host,O=Example")
    .option("--dns <name>", "ask for this DNS name; repeatable, as the next three", collect)
    .option("--ip <address>", "ask for this IP address", collect)
    .option("--email <address>", "ask for this e-mail address", collect)
    .option("--uri <uri>", "ask for this URI", collect)
    .optionsGroup("After a change:")
    .option(...SHARED.onRenew)
    .option("--hook-timeout <seconds>", "how long that command may take (default: 300)", wholeNumber)
    .option("--exit-on-hook-failure", "end with status 3 when that command fails")
    .option("--report", "tell the server what was installed, and say so where it cannot (default: where it can)")
    .option("--no-report", "do not tell the server that a certificate is installed and how that command did")
    .optionsGroup("How it runs:")
    .option("--config <path>", "keep several certificates: JSON in place of all options above, see docs/updater.md")
    .option("--state <path>", "what is remembered (default: --crt's or --ca's path with .caucase-updater.json)")
    .option("--max-sleep <days>", "wake up at least this often (default: 31)", days)
    .option("--once", "do what is due and end: status 0, 1 after an error, 2 while a request is pending")
    .option("--status", "print what is kept and how it is, JSON, and end")
    .addOption(logFormatOption());
}

export const updaterManual: Prose = {
  synopsis: [
    "--ca-url URL --cas-ca PATH --ca PATH --crl PATH [options]",
    "--config PATH [--once] [--status] [--log-format FORMAT]",
  ],
  description: [
    "Runs until SIGTERM or SIGINT. Each time it wakes up it refreshes what is due: CA certificates, CRLs, and the " +
    "certificate of `--crt`, with a new key. No failure of the network ends it; what failed is tried again, with " +
    "growing pauses. SIGHUP makes it look at once.",
    "While there is no certificate it sends the request in `--csr`, and asks every minute until a user has signed " +
    "it. With `--subject`, `--dns`, `--ip`, `--email` or `--uri` it makes key and request itself.",
    "A certificate that has expired cannot renew itself. A request with the same names and a new key is sent in its " +
    "place, and the old files stay until a user has signed it.",
    "Files that are replaced keep mode, owner, group, access list, extended attributes and security label, the last " +
    "three by `cp` of GNU coreutils. The log says what cannot be kept, and so does `--status` until the file's " +
    "rights are changed.",
    "The server is told, signed with the certificate's key, that the certificate is installed, and whether the " +
    "command of `--on-renew` succeeded; again when that changes. Nothing else of the host is in it, nothing depends " +
    "on it, and `--no-report` turns it off. A server that does not know such reports is asked again after a week.",
    "`--on-renew` runs through the shell once for all changes of a wake-up. One that fails runs again with the " +
    "same changes until it succeeds, also after a restart: it must be harmless to run twice.",
  ],
  exitStatus: [
    ["0", "It was stopped by a signal; with `--once`: all is well; with `--status`: nothing needs attention."],
    [
      "1",
      "An error that only a person can fix, such as a rejected request; with `--once`: something failed; with " +
      "`--status`: something needs attention.",
    ],
    ["2", "The command line is wrong; with `--once`: a request waits for a user."],
    ["3", "With `--exit-on-hook-failure`: the command of `--on-renew` failed."],
  ],
  environment: [
    ["CAUCASE_CHANGED", "For the command of `--on-renew`: the paths of files and stores that changed, one a line."],
    ["CAUCASE_REASONS", "For each of them `ca`, `crl`, `certificate` or `key`, one a line."],
  ],
  files: [
    ["*.caucase-updater.json", "What is remembered (`--state`), beside the certificate; nothing secret."],
    ["*.caucase-updater.lock", "The lock that refuses a second updater for the same files."],
    ["*.renewing, *.pending", "Beside `--key`, mode 0600, while a renewal is under way."],
  ],
  examples: [
    [
      "A web server's certificate, from the request on:",
      "caucase updater --ca-url http://ca.example.org \\\n" +
      "  --cas-ca cas.pem --ca cas.pem --crl crl.pem \\\n" +
      "  --crt web.crt --key web.key --subject CN=web --dns web.example.org \\\n" +
      "  --on-renew 'systemctl reload nginx'",
    ],
  ],
  seeAlso: ["client", "rerequest"],
};
