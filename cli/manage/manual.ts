/** What the manual says about `caucase manage`. */
import { EXIT_STATUS, type Prose } from "../manual/prose.ts";

export const manageManual: Prose = {
  description: [
    "In one call: `--verify-backup`, then `--restore-backup`, `--import-ca`, `--import-crl`, `--export-ca`. Everything that can be " +
    "refused is refused before the database changes. A restore and imports refuse a database that a server uses; an export only " +
    "reads.",
    "A backup is encrypted to every user who was valid when it was made: `caucase key-id` shows to which keys. Whoever restores it " +
    "gives up that key: its certificate is revoked, and a certificate for the request CSR is appended to CRT.",
    "Encrypted private keys need a passphrase, which is asked for on the terminal unless `--passphrase-file` names a file. " +
    "`--export-ca` encrypts the keys that it writes with one.",
    "Work that takes long shows on a terminal how far it is.",
  ],
  exitStatus: [EXIT_STATUS.done, EXIT_STATUS.error, EXIT_STATUS.usage],
  files: [["caucase.sqlite", "The database (`--db`). A restore makes it, and refuses one that exists."]],
  examples: [
    ["A drill, which leaves nothing behind:", "caucase manage --verify-backup 2026-11-23.sql.caucased alice.pem"],
    [
      "A restore, with a new key for the user who restores:",
      "openssl req -newkey rsa:2048 -nodes -subj /CN=Alice -keyout alice-new.pem -out alice-new.csr.pem\n" +
      "caucase manage --db caucase.sqlite \\\n" +
      "  --restore-backup 2026-11-23.sql.caucased alice.pem alice-new.csr.pem alice-new.pem",
    ],
  ],
  seeAlso: ["key-id", "serve"],
};
