/** What the manual says about `caucase rerequest`. */
import { EXIT_STATUS, type Prose } from "../manual/prose.ts";

export const rerequestManual: Prose = {
  description: [
    "Makes a private key, and signs a request with it that has the subject and all extensions of an older one, unchanged: for a " +
    "certificate that has expired or was revoked, and can therefore not renew itself.",
    "The older request may be PEM, DER, or base64 without the lines around it.",
    "The key's file has mode 0600. An older request and an older key at these paths are replaced; a file that holds anything " +
    "else is refused.",
  ],
  exitStatus: [EXIT_STATUS.done, EXIT_STATUS.error, EXIT_STATUS.usage],
  examples: [[
    "A new key and request in place of the old ones:",
    "caucase rerequest --template www.csr.pem --csr www.csr.pem --key www.key.pem",
  ]],
  seeAlso: ["client", "updater"],
};
