/** What the manual says about `caucase key-id`. */
import { EXIT_STATUS, type Prose } from "../manual/prose.ts";

export const keyIdManual: Prose = {
  description: [
    "Prints the identifier of each private key (RFC 5280, 4.2.1.2), and for each backup the identifiers of the keys that open it. " +
    "A file that cannot be read does not keep the others from being shown.",
  ],
  exitStatus: [EXIT_STATUS.done, EXIT_STATUS.error, EXIT_STATUS.usage],
  examples: [[
    "Whose key opens a backup:",
    "caucase key-id --private-key alice.pem bob.pem --backup 2026-11-23.sql.caucased",
  ]],
  seeAlso: ["manage"],
};
