/** The options of `caucase probe`. */
import { newCommand } from "../subcommand.ts";

export function probeCommand() {
  return newCommand(
    "probe",
    "Check a server from outside: HTTP and HTTPS, both CAs, CRLs, the clock, the certificate for HTTPS. " +
      "One line for each finding: what is well on standard output, the rest on standard error. " +
      "The exit status is 1 when there is an error; warnings do not count.",
  )
    .argument("<url>", "HTTP base URL of the server; HTTPS is found on the next port")
    .option("--json", "print all findings as JSON, on standard output");
}
