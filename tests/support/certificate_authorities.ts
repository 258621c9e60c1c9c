/** All three CAs over a storage, without a server: what a restart is, is to make them anew. */
import type { Storage } from "../../core/ca/stores.ts";
import { parseNetloc } from "../../core/protocol/netloc.ts";
import { type CertificateAuthorities, createCertificateAuthorities } from "../../server/certificate_authorities.ts";
import { random } from "./issuing.ts";
import { recordedLog } from "./recorded_log.ts";

export interface TestCasOptions {
  /** L of both CAs, in days. */
  readonly validityDays?: number;
  readonly maxPending?: number;
  readonly serviceAutoApprove?: number;
  readonly userAutoApprove?: number;
  readonly lock?: boolean;
  readonly netloc?: string;
  /** Gets what the administrator would be told. */
  readonly warnings?: string[];
}

export function testCas(storage: Storage, options: TestCasOptions = {}): CertificateAuthorities {
  const { validityDays = 93, maxPending = 50, serviceAutoApprove = 0, userAutoApprove = 1, lock = false } = options;
  return createCertificateAuthorities(storage, {
    options: {
      keyBits: 2048,
      service: { validityDays, maxPending, autoApproveCount: serviceAutoApprove },
      user: { validityDays, maxPending, autoApproveCount: userAutoApprove },
      lockAutoApproveCount: lock,
    },
    netloc: parseNetloc(options.netloc ?? "ca.example.com:8009"),
    host: { random, log: recordedLog(options.warnings ?? []) },
  });
}
