/** What a server's listeners say besides their answers: the time, and a certificate. */
import { SECONDS_PER_DAY } from "../../core/ca/lifecycle.ts";
import { CaucaseError, malformed } from "../../core/errors.ts";
import { parseCertificate } from "../../core/x509/certificate.ts";
import { dateText } from "./finding.ts";
import type { ProbeAnswer } from "./server.ts";

/** What a server's clock may differ from this machine's, in seconds: certificates are back-dated by no more than 10. */
const CLOCK_TOLERANCE = 60;

/** Time left in which a certificate is about to expire, in seconds: a server that works has renewed it weeks before. */
const EXPIRY_WARNING = 7 * SECONDS_PER_DAY;

/** The same for certificates with a short life, as a part of it: renewal is due at a third. */
const EXPIRY_WARNING_PART = 1 / 10;

/** @throws `malformed` when there is no date, `unacceptable` when it is not the time at which the answer was made */
export function judgeClock({ date, askedAt, arrivedAt }: ProbeAnswer): string {
  const time = Date.parse(date ?? "") / 1000;
  if (Number.isNaN(time)) throw malformed("the server does not say what time it is (header Date)");
  // A date has whole seconds, rounded down.
  const ahead = time - arrivedAt;
  const behind = askedAt - (time + 1);
  if (ahead > CLOCK_TOLERANCE) throw wrongClock(ahead, "ahead of");
  if (behind > CLOCK_TOLERANCE) throw wrongClock(behind, "behind");
  return "the server's clock agrees with this machine's";
}

/** @throws `malformed`, `unacceptable`; `untrusted` when it is not valid now, or will soon not be */
export async function judgeHttpsCertificate({ serverCertificate }: ProbeAnswer, now: number): Promise<string> {
  if (serverCertificate === undefined) throw malformed("the server shows no certificate");
  const { notBefore, notAfter } = await parseCertificate(serverCertificate);
  const left = notAfter - now;
  if (now < notBefore) throw new CaucaseError("untrusted", `it is not valid before ${dateText(notBefore)}`);
  if (left < 0) throw new CaucaseError("untrusted", `it expired at ${dateText(notAfter)}`);
  if (left < Math.min(EXPIRY_WARNING, (notAfter - notBefore) * EXPIRY_WARNING_PART)) {
    throw new CaucaseError("untrusted", `it is about to expire, at ${dateText(notAfter)}`, {
      hint: "the server should have renewed it by itself: see its log",
    });
  }
  return `valid until ${dateText(notAfter)}`;
}

function wrongClock(seconds: number, where: string): CaucaseError {
  return new CaucaseError("unacceptable", `the server's clock is ${Math.round(seconds)} s ${where} this machine's`);
}
