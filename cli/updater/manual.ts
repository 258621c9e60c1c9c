/** What the manual says about `caucase updater`. */
import type { Prose } from "../manual/prose.ts";

export const updaterManual: Prose = {
  synopsis: [
    "--ca-url URL --cas-ca PATH --ca PATH --crl PATH [options]",
    "--config PATH [--once] [--status] [--log-format FORMAT]",
  ],
  description: [
    "Runs until SIGTERM or SIGINT. Each time it wakes up it refreshes what is due: CA certificates, CRLs, and the " +
    "certificate of `--crt`, with a new key. No failure of the network ends it; what failed is tried again, with growing " +
    "pauses. SIGHUP makes it look at once.",
    "A certificate that has expired cannot renew itself. A request with the same names and a new key is sent in its place, and " +
    "the old files stay until a user has signed it.",
    "Files that are replaced keep mode, owner, group, access list, extended attributes and security label, the last three by " +
    "`cp` of GNU coreutils. What cannot be kept is said in the log, and in `--status` until somebody has changed the " +
    "file's rights.",
    "While there is no certificate it sends the request in `--csr`, and asks every minute until a user has signed it. With " +
    "`--subject`, `--dns`, `--ip`, `--email` or `--uri` it makes key and request itself.",
    "`--on-renew` runs through the shell once for all changes of a wake-up. One that fails runs again with the same changes until " +
    "it succeeds, also after a restart: it must be harmless to run twice.",
  ],
  exitStatus: [
    ["0", "It was stopped by a signal; with `--once`: all is well; with `--status`: nothing needs attention."],
    [
      "1",
      "An error that only a person can mend, as a request that was rejected; with `--once`: something failed; with " +
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
    [
      "*.renewing, *.pending",
      "Beside `--key`, mode 0600, while a renewal, or a request in place of an expired certificate, is under way.",
    ],
  ],
  examples: [
    [
      "A web server's certificate, from the request on:",
      "caucase updater --ca-url http://ca.example.org --cas-ca cas.pem --ca cas.pem --crl crl.pem \\\n" +
      "  --crt web.crt --key web.key --subject CN=web --dns web.example.org \\\n" +
      "  --on-renew 'systemctl reload nginx'",
    ],
  ],
  seeAlso: ["client", "rerequest"],
};
