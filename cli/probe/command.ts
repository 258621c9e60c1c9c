/** The options of `caucase probe`, and what its page of the manual says besides. */
import { EXIT_STATUS, type Prose } from "../manual/prose.ts";
import { SHARED } from "../options.ts";
import { newCommand } from "../subcommand.ts";

export function probeCommand() {
  return newCommand(
    "probe",
    "Check a server from outside: HTTP and HTTPS, both CAs, CRLs, the clock, the certificate for HTTPS. " +
      "One line for each finding: what is well on standard output, the rest on standard error. " +
      "The exit status is 1 when there is an error; warnings do not count.",
    probeManual,
  )
    .argument("<url>", "HTTP base URL of the server; HTTPS is found on the next port")
    .option(...SHARED.json);
}

export const probeManual: Prose = {
  description: [
    "Asks a server what anybody may ask, by HTTP and by HTTPS, and judges the answers: CA certificates of both " +
    "authorities, CRLs, the clock, and the certificate for HTTPS with the CA that vouches for it. Each finding is " +
    "a line that begins with `ok`, `warning` or `error`; what is well goes to standard output, the rest to " +
    "standard error.",
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
