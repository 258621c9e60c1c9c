/**
 * What is looked at in a server from outside. Only what every server must have, the reference's too, can be an error.
 */
import { checkAuthority } from "./authority.ts";
import { examine, examineAlone, type ProbeFinding } from "./finding.ts";
import { judgeIdentity } from "./identity.ts";
import { judgeClock, judgeHttpsCertificate } from "./listener.ts";
import type { AskServer, ProbeAnswer } from "./server.ts";

/** All findings about a server. `now` is in Unix seconds, by this machine's clock. */
export async function probeServer(ask: AskServer, now: number): Promise<ProbeFinding[]> {
  // The two questions of the reference's probe.
  const about = { ca: "cas", about: "caCertificate" } as const;
  const answers = ({ url }: ProbeAnswer) => `answers at ${url}`;
  const [http, https] = await Promise.all([
    examine("http", () => ask({ ...about, secure: false }), answers),
    examine("https", () => ask({ ...about, secure: true }), answers),
  ]);
  const findings = [http.finding, https.finding];
  const plain = http.value;
  const secure = https.value;
  const answer = plain ?? secure;
  if (answer !== undefined) findings.push(await examineAlone("clock", () => judgeClock(answer)));
  if (secure !== undefined) {
    findings.push(await examineAlone("https-certificate", () => judgeHttpsCertificate(secure, now)));
  }
  // Clients ask by HTTP. What does not answer is named once, above, and not asked for everything else.
  if (plain === undefined) return findings;
  const server = { ask, hasHttps: secure !== undefined };
  const [services, users] = [await checkAuthority("cas", server, now), await checkAuthority("cau", server, now)];
  findings.push(...services.findings, ...users.findings);
  if (secure !== undefined && services.current.length > 0) {
    findings.push(await examineAlone("https-identity", () => judgeIdentity(ask, secure, services.current)));
  }
  return findings;
}
