/** What the manual says about `caucase client`. */
import { EXIT_STATUS, type Prose } from "../manual/prose.ts";

export const clientManual: Prose = {
  description: [
    "Any number of actions can be given in one call. They are done in this order: the CA certificates are brought up to date, " +
    "then `--show-ca`, `--send-csr`, `--get-csr`, `--get-crt`, `--revoke-crt`, `--renew-crt`, `--sign-csr`, `--sign-csr-with`, " +
    "`--reject-csr`, `--revoke-other-crt`, `--revoke-serial`, `--list-csr`, then the revocation lists are brought up to date. " +
    "`--on-renew` runs last, if a CA certificate, a certificate or a revocation list has changed. One that fails does not keep " +
    "the others from being done.",
    "Without `--user-key`, actions are anonymous or signed with the key that they are about. What only a user may do goes over " +
    "HTTPS, to the port after the one in `--ca-url`.",
    "A store of CA certificates or revocation lists is a file with all of them, or a folder with a file for each. What does not " +
    "exist yet becomes a file if its name has an extension, else a folder. The first CA certificate is taken on trust unless " +
    "`--ca-fingerprint` pins it.",
    "Requests are read as PEM, in any encoding that editors save, as DER, and as base64 without the lines around it; PEM in ASCII " +
    "is sent. Keys, certificates and CRLs are PEM, also in UTF-16 or with a byte order mark.",
    "`--get-crt` appends the certificate to the file with its private key; `--renew-crt` ignores KEY, which may then be empty, " +
    "where CRT holds both.",
  ],
  exitStatus: [
    EXIT_STATUS.done,
    ["1", "Something was refused, could not be reached, or a file cannot be used. Outranks 2."],
    ["2", "A request is still pending; or the command line is wrong, and nothing was done."],
    ["3", "The command of `--on-renew` failed. Outranks 1."],
  ],
  files: [
    ["cas.crt.pem, cau.crt.pem", "CA certificates for services (`--ca-crt`) and for users (`--user-ca-crt`)."],
    ["cas.crl.pem, cau.crl.pem", "Revocation lists for services (`--crl`) and for users (`--user-crl`)."],
  ],
  examples: [
    [
      "A host asks, and fetches the certificate into the file with its key:",
      "openssl req -newkey rsa:2048 -nodes -subj /CN=www.example.org -keyout www.pem -out www.csr.pem\n" +
      "caucase client --ca-url http://ca.example.org --send-csr www.csr.pem\n" +
      "caucase client --ca-url http://ca.example.org --get-crt ID www.pem",
    ],
    [
      "A user looks at what is pending, and signs:",
      "caucase client --ca-url http://ca.example.org --user-key alice.pem --list-csr\n" +
      "caucase client --ca-url http://ca.example.org --user-key alice.pem --sign-csr ID",
    ],
    [
      "A renewal that is only made when it is due:",
      'caucase client --ca-url http://ca.example.org --renew-crt www.pem ""',
    ],
  ],
  seeAlso: ["rerequest", "serve", "updater"],
};
