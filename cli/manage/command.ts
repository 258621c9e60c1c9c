/** The options of `caucase manage`. */
import { collect, lifeSpanDays } from "../options.ts";
import { newCommand } from "../subcommand.ts";

export function manageCommand() {
  return newCommand(
    "manage",
    "Restore and check backups, take over another CA, hand one over. In one call: a check, then a restore, then imports, then " +
      "the export.",
  )
    .option("--db <path>", "the SQLite database", "caucase.sqlite")
    .option("--user-crt-validity <days>", "life span of the certificate that a restore issues", lifeSpanDays, 93)
    .option(
      "--restore-backup <backup-key-csr-crt...>",
      "BACKUP KEY CSR CRT: make the database from a backup that KEY opens, revoke the certificate of KEY, issue one for CSR " +
        "and append it to CRT",
    )
    .option(
      "--verify-backup <backup-key...>",
      "BACKUP KEY: a restore without a result, to see whether one would succeed",
    )
    .option("--import-ca <pem>", "key pairs that become service CA certificates; repeatable, all at once", collect)
    .option("--import-bad-ca", "take CA certificates that do not look like such, or are out of date")
    .option("--import-crl <pem>", "take over what the CRL of a service CA certificate says; repeatable", collect)
    .option("--export-ca <pem>", "write all service CA certificates and encrypted keys into a new file")
    .option("--passphrase-file <path>", "take passphrases from the first line of this file, instead of asking");
}
