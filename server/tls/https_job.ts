/** Keeps the certificate for HTTPS good while the server runs. */
import type { Job } from "../jobs.ts";
import type { HttpsCertificate, HttpsIdentity } from "./https_certificate.ts";

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
