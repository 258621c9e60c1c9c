/** What is put before the linters. */
import type { Bytes } from "../../core/bytes.ts";

/** Kinds have rules of their own, so a finding that is accepted on one kind is not accepted on another. */
export type SpecimenKind = "CA" | "user" | "service" | "HTTPS" | "CRL";

export interface Specimen {
  readonly kind: SpecimenKind;
  /** What is special about it, for reports. */
  readonly label: string;
  readonly der: Bytes;
  /** DER of the CA certificate that vouches for it; of a CA certificate: itself. */
  readonly issuer: Bytes;
}

/** What a linter says about a specimen. */
export interface LinterFinding {
  readonly specimen: Specimen;
  readonly linter: "pkilint" | "openssl" | "zlint";
  /** The linter's own name for it. */
  readonly code: string;
  readonly details: string;
}

/** Judges all specimens; findings in any order. */
export type Linter = (specimens: readonly Specimen[]) => Promise<LinterFinding[]>;
