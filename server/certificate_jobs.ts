/** What the server certifies by itself in time: its CAs, their CRLs, and its own certificate. */
import type { CertificateAuthority } from "../core/ca/certificate_authority.ts";
import type { Job } from "./jobs.ts";
import type { HttpsCertificate, HttpsIdentity } from "./tls/https_certificate.ts";

/** Makes CA certificates and CRLs in time even when nobody asks for them. */
export function caJobs(authorities: readonly CertificateAuthority[]): Job[] {
  return authorities.flatMap((ca) => [
    {
      name: `rollover of ${ca.name}`,
      async run(now) {
        await ca.issuers.ensureValid(now);
        return await ca.issuers.nextDueAt(now);
      },
    },
    {
      name: `CRL of ${ca.name}`,
      async run(now) {
        await ca.crls.ensureCurrent(now);
        return await ca.crls.nextDueAt(now);
      },
    },
  ]);
}

/** Renews the certificate for HTTPS in time, and shows it to new connections. */
export function httpsJob(
  certificate: HttpsCertificate,
  { shown, show }: { shown: HttpsIdentity; show: (identity: HttpsIdentity) => void },
): Job {
  return {
    name: "certificate for HTTPS",
    async run(now) {
      const identity = await certificate.ensureCurrent(now);
      if (identity !== shown) show(identity);
      shown = identity;
      return certificate.renewalDueAt(identity);
    },
  };
}
