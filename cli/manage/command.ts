/** The options of `caucase manage`, and what its page of the manual says besides. */
import { EXIT_STATUS, type Prose } from "../manual/prose.ts";
import { collect, SHARED } from "../options.ts";
import { newCommand } from "../subcommand.ts";

export function manageCommand() {
  return newCommand(
    "manage",
    "Restore and check backups, take over another CA, hand one over. In one call: a check, then a restore, then " +
      "imports, then the export.",
    manageManual,
  )
    .optionsGroup("Database and passphrases:")
    .option(...SHARED.db)
    .option("--passphrase-file <path>", "take passphrases from the first line of this file, instead of asking")
    .optionsGroup("Backups:")
    .option(
      "--verify-backup <backup-key...>",
      "go through a restore that leaves nothing behind, to see whether one would succeed",
    )
    .option(
      "--restore-backup <backup-key-csr-crt...>",
      "make the database from a backup that KEY opens, revoke the certificate of KEY, issue one for CSR and append " +
        "it to CRT",
    )
    .option(...SHARED.userCrtValidity)
    .option("--audit-verify <path>", "check the audit log of the database against the checkpoints in this file")
    .optionsGroup("Disasters:")
    .option(
      "--list-revocations",
      "show CA, serial number and time of each revocation; of a damaged database, as many as can be read",
    )
    .option(
      "--raise-crl-numbers",
      "add 1000000 to the CRL numbers, as hosts ignore the CRLs of an older database otherwise",
    )
    .option("--admit-user", "have the server sign the next request of a user automatically, once")
    .optionsGroup("Other CAs:")
    .option("--import-ca <pem>", "key pairs that become service CA certificates; repeatable, all at once", collect)
    .option("--import-bad-ca", "take CA certificates that do not look like such, or are out of date")
    .option("--import-crl <pem>", "take over what the CRL of a service CA certificate says; repeatable", collect)
    .option("--export-ca <pem>", "write all service CA certificates and encrypted keys into a new file")
    .optionsGroup("Notifications:")
    .option("--notify-test <url>", "send a notification there, as serve --notify would, and nothing else")
    .option("--notify-secret <path>", "sign webhooks with the secret in the first line of this file");
}

export const manageManual: Prose = {
  description: [
    "In one call: `--verify-backup`, `--audit-verify`, `--list-revocations`, then `--restore-backup`, " +
    "`--import-ca`, `--import-crl`, or `--raise-crl-numbers`, `--admit-user`; then `--export-ca`. " +
    "Everything that can be refused is refused before the database changes. What changes a database refuses one " +
    "that a server uses; the others only read.",
    "A backup is encrypted to every user whose certificate was valid then: `caucase key-id` shows to which keys. A " +
    "restore costs the key that opens the backup: its certificate is revoked, and a certificate for the request " +
    "CSR is appended to CRT.",
    "`--list-revocations` reads a damaged database from its beginning and from its end, says on standard error where " +
    "some cannot be read, and then ends with 1. `--raise-crl-numbers` is for an older copy of a database that came " +
    "back; one that `--restore-backup` made does not need it. Twice does no harm. `--admit-user` is for when no user " +
    "is left: the next request is signed, from whomever it comes, and none after it, whatever " +
    "`serve --user-auto-approve-count` says. The audit log tells of both.",
    "Encrypted private keys need a passphrase, which is asked for on the terminal unless `--passphrase-file` names " +
    "a file. `--export-ca` encrypts the keys that it writes with one.",
    "Work that takes long shows on a terminal how far it is.",
  ],
  exitStatus: [EXIT_STATUS.done, EXIT_STATUS.error, EXIT_STATUS.usage],
  files: [["caucase.sqlite", "The database (`--db`). A restore makes it, and refuses one that exists."]],
  examples: [
    ["A drill, which leaves nothing behind:", "caucase manage --verify-backup 2026-11-23.sql.caucased alice.pem"],
    [
      "A restore, with a new key for the user:",
      "openssl req -newkey rsa:2048 -nodes -subj /CN=Alice \\\n" +
      "  -keyout new.pem -out new.csr.pem\n" +
      "caucase manage --db caucase.sqlite \\\n" +
      "  --restore-backup 2026-11-23.sql.caucased alice.pem new.csr.pem new.pem",
    ],
    [
      "Revocations in a damaged database, for `client --revoke-serial`:",
      "caucase manage --db damaged/caucase.sqlite --list-revocations",
    ],
  ],
  seeAlso: ["key-id", "serve"],
};
