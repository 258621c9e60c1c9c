/** What the manual says about `caucase probe`. */
import { EXIT_STATUS, type Prose } from "../manual/prose.ts";

export const probeManual: Prose = {
  description: [
    "Asks a server what anybody may ask, by HTTP and by HTTPS, and judges the answers: CA certificates of both authorities, " +
    "revocation lists, the clock, the certificate for HTTPS and who vouches for it. Each finding is a line that begins with " +
    "`ok`, `warning` or `error`; what is well goes to standard output, the rest to standard error.",
    "It changes nothing and needs no certificate: fit for a monitoring system, with `--json`.",
  ],
  exitStatus: [
    ["0", "The server works; there may be warnings."],
    ["1", "There is an error."],
    EXIT_STATUS.usage,
  ],
  examples: [["A server that listens at ports 80 and 443:", "caucase probe http://ca.example.org"]],
  seeAlso: ["serve"],
};
