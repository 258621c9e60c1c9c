/** Whether the server can do its work at this moment, and if not, why: `/readyz`. It changes nothing that is stored. */
import type { CertificateAuthority } from "../../core/ca/certificate_authority.ts";
import { crlRenewalDueAt } from "../../core/ca/lifecycle.ts";
import type { CaStores } from "../../core/ca/stores.ts";
import { CaucaseError, describeError } from "../../core/errors.ts";
import { timeText } from "../../core/log.ts";
import type { Validity } from "../../core/ca/lifecycle.ts";
import type { Outcome } from "../watcher.ts";

/** One thing that was looked at. */
export interface Check {
  /** Stays the same between versions. */
  readonly name: string;
  /** Why it is not good; undefined when it is. */
  readonly reason: string | undefined;
}

export type Phase = "starting" | "serving" | "stopping";

/** When the last commits ended, as of `performance.now()`, and how the last signature did. */
export interface Pulse {
  readonly committedAt: number;
  readonly commitFailedAt: number;
  readonly lastSignature: Outcome;
}

/** What is looked at. */
export interface ReadinessParts {
  /** @throws `storage` when nothing can be written */
  readonly proveWritable: () => Promise<void>;
  /** How signatures and commits go. */
  readonly pulse: Pulse;
  readonly cas: readonly ReadinessCa[];
  /** Validity of the certificate that HTTPS shows; undefined while there is none. */
  readonly httpsCertificate: () => Validity | undefined;
  readonly phase: () => Phase;
  /** How long a proof may take, in milliseconds. */
  readonly patienceMs?: number;
}

export interface ReadinessCa {
  readonly ca: Pick<CertificateAuthority, "name" | "lifeSpan" | "issuers">;
  readonly stores: Pick<CaStores, "state" | "requireSigning">;
  /** Whether it has CRLs that are renewed. */
  readonly hasCrls: boolean;
}

/**
 * A commit of the last so many milliseconds proves that the next one works: however often it is asked, no more. One
 * that failed proves that clients are refused: on a full disk, a small commit may work where a larger one does not.
 */
const PROOF_LASTS = 10_000;

/** How long a renewal may take that is due, in seconds. */
const GRACE = 120;

export class Readiness {
  readonly #parts: Required<ReadinessParts>;
  #checking: Promise<readonly Check[]> | undefined;
  #proving: Promise<void> | undefined;

  constructor(parts: ReadinessParts) {
    this.#parts = { patienceMs: 2_000, ...parts };
  }

  /** All checks, in a fixed order. Those who ask at the same time share one look. */
  check(now: number): Promise<readonly Check[]> {
    return this.#checking ??= this.#check(now).finally(() => this.#checking = undefined);
  }

  async #check(now: number): Promise<readonly Check[]> {
    const { cas, phase, pulse } = this.#parts;
    const ofCas = await Promise.all(cas.map((each) => this.#checksOf(each, now)));
    return [
      { name: "serving", reason: phase() === "serving" ? undefined : `the server is ${phase()}` },
      await checked("database", () => this.#requireWritable()),
      {
        name: "signing",
        reason: pulse.lastSignature === "failed" ? "the last signature could not be made" : undefined,
      },
      ...ofCas.flat(),
      { name: "https-certificate", reason: validityReason(this.#parts.httpsCertificate(), now) },
    ];
  }

  async #requireWritable(): Promise<void> {
    const { pulse, proveWritable, patienceMs } = this.#parts;
    const now = performance.now();
    const hasFailed = now - pulse.commitFailedAt < PROOF_LASTS;
    if (!hasFailed && now - pulse.committedAt < PROOF_LASTS) return;
    this.#proving ??= proveWritable().finally(() => this.#proving = undefined);
    const { promise: late, reject } = Promise.withResolvers<never>();
    const message = `the database takes longer than ${patienceMs / 1000} s to write`;
    const timer = setTimeout(() => reject(new CaucaseError("storage", message)), patienceMs);
    try {
      await Promise.race([this.#proving, late]);
    } finally {
      clearTimeout(timer);
    }
    // Else the proof itself says why.
    if (hasFailed) throw new CaucaseError("storage", `a commit failed within the last ${PROOF_LASTS / 1000} s`);
  }

  async #checksOf({ ca, stores, hasCrls }: ReadinessCa, now: number): Promise<readonly Check[]> {
    const checks = [
      await checked(`${ca.name}-certificate`, async () => {
        if (await ca.issuers.signing(now) === undefined) throw new CaucaseError("storage", "no valid CA certificate");
      }),
      await checked(`${ca.name}-clock`, () => stores.requireSigning(now)),
    ];
    if (hasCrls) checks.push({ name: `${ca.name}-crl`, reason: await crlReason({ ca, stores }, now) });
    return checks;
  }
}

async function crlReason(
  { ca, stores }: Pick<ReadinessCa, "ca" | "stores">,
  now: number,
): Promise<string | undefined> {
  const { crl: { thisUpdate } } = await stores.state();
  if (thisUpdate === undefined) return "there is no CRL yet";
  const due = crlRenewalDueAt(thisUpdate, ca.lifeSpan);
  return now > due + GRACE ? `the CRL was to be renewed at ${timeText(due)}` : undefined;
}

function validityReason(certificate: Validity | undefined, now: number): string | undefined {
  if (certificate === undefined) return "there is none yet";
  const { notBefore, notAfter } = certificate;
  if (now < notBefore) return `it is valid from ${timeText(notBefore)} on`;
  return now > notAfter ? `it expired at ${timeText(notAfter)}` : undefined;
}

/** @throws what is a bug and no refusal */
async function checked(name: string, look: () => Promise<void>): Promise<Check> {
  try {
    await look();
    return { name, reason: undefined };
  } catch (error) {
    if (!(error instanceof CaucaseError)) throw error;
    return { name, reason: describeError(error) };
  }
}
