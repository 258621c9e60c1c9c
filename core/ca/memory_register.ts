/** The register of one CA in memory, see memory_stores.ts. */
import { CaucaseError } from "../errors.ts";
import type { RevocationFacts } from "../protocol/register.ts";
import type { RegisterQuery } from "../protocol/register_query.ts";
import { namesOfCertificate } from "../x509/subject_facts.ts";
import { type Attribution, predecessorOf } from "./events.ts";
import {
  compareIn,
  cursorText,
  DAYS_LEFT,
  type Fate,
  isAmong,
  readCursor,
  type RegisterCounts,
  type RegisterPage,
  type RegisterRecord,
  type RegisterStore,
  statusOf,
} from "./register.ts";
import { SECONDS_PER_DAY } from "./lifecycle.ts";
import type { Installation, RegisteredCertificate, Revocation } from "./stores.ts";

interface Kept extends RegisterRecord {
  readonly id: number;
  readonly notAfter: number;
  readonly fate: Fate;
}

export class MemoryRegister implements RegisterStore {
  readonly #certificates = new Map<bigint, RegisteredCertificate>();
  /** In the order in which they came, from 1. */
  readonly #ids = new Map<bigint, number>();
  readonly #successors = new Map<bigint, bigint>();
  readonly #revocations = new Map<bigint, RevocationFacts>();
  readonly installations = new Map<bigint, Installation>();

  add(certificate: RegisteredCertificate): void {
    const { serial, origin } = certificate;
    this.#certificates.set(serial, certificate);
    this.#ids.set(serial, this.#ids.size + 1);
    const predecessor = predecessorOf(origin);
    if (predecessor !== undefined) this.#successors.set(predecessor, serial);
  }

  revoked({ serial, reason }: Pick<Revocation, "serial" | "reason">, { now: at, actor: by }: Attribution): void {
    this.#revocations.set(serial, { at, by, reason: reason ?? null });
  }

  get(serial: bigint): RegisteredCertificate | undefined {
    return this.#certificates.get(serial);
  }

  forgetEnded(before: number): number {
    const ended = [...this.#certificates.values()].filter(({ notAfter }) => notAfter < before);
    for (const { serial } of ended) {
      this.#certificates.delete(serial);
      this.installations.delete(serial);
    }
    return ended.length;
  }

  list(query: RegisterQuery, now: number): Promise<RegisterPage> {
    return Promise.try(() => {
      const compare = compareIn(query);
      const after = query.after === undefined ? undefined : readCursor(query.after);
      const found = this.#kept(now).filter((one) =>
        fits(one, query, now) && (after === undefined || compare(one, after) > 0)
      )
        .toSorted(compare);
      const records = found.slice(0, query.limit);
      const last = records.at(-1);
      return {
        records: records.map(recordOf),
        next: last && found.length > query.limit ? cursorText(last) : undefined,
      };
    });
  }

  find(serial: bigint, now: number): Promise<RegisterRecord | undefined> {
    const found = this.#kept(now).find(({ certificate }) => certificate.serial === serial);
    return Promise.resolve(found && recordOf(found));
  }

  counts(now: number): Promise<RegisterCounts> {
    const kept = this.#kept(now);
    const having = (test: (one: Kept) => boolean) => kept.filter(test).length;
    const isOpen = ({ renewedBy, status }: Kept) => renewedBy === undefined && status !== "revoked";
    return Promise.resolve({
      byStatus: {
        valid: having(({ status }) => status === "valid"),
        expiring: having(({ status }) => status === "expiring"),
        expired: having(({ status }) => status === "expired"),
        revoked: having(({ status }) => status === "revoked"),
      },
      endingWithin: new Map(DAYS_LEFT.map((days) => {
        const isWithin = ({ notAfter }: Kept) => notAfter >= now && notAfter - now <= days * SECONDS_PER_DAY;
        return [days, having((one) => isOpen(one) && isWithin(one))];
      })),
      expiredUnrenewed: having((one) => isOpen(one) && one.status === "expired"),
    });
  }

  #kept(now: number): readonly Kept[] {
    return [...this.#certificates.values()].map((certificate) => {
      const { serial, notAfter } = certificate;
      const renewedBy = this.#successors.get(serial);
      const revocation = this.#revocations.get(serial);
      const fate = { notAfter, isRenewed: renewedBy !== undefined, isRevoked: revocation !== undefined };
      return {
        id: this.#ids.get(serial) ?? 0,
        notAfter,
        fate,
        certificate,
        status: statusOf(fate, now),
        renewedBy,
        revocation,
        installation: this.installations.get(serial),
      };
    });
  }
}

function recordOf({ certificate, status, renewedBy, revocation, installation }: Kept): RegisterRecord {
  return { certificate, status, renewedBy, revocation, installation };
}

function fits({ certificate, fate }: Kept, query: RegisterQuery, now: number): boolean {
  return isAmong(fate, query.status, now) &&
    (query.issuer === undefined || query.issuer === certificate.issuer) &&
    certificate.notAfter < (query.expiresBefore ?? Infinity) &&
    (query.name === undefined || hasName(certificate, query.name.toLowerCase()));
}

function hasName({ der }: RegisteredCertificate, part: string): boolean {
  try {
    const { subject, dns, ip, otherNames } = namesOfCertificate(der);
    return [subject, ...dns, ...ip, ...otherNames].some((name) => name.toLowerCase().includes(part));
  } catch (error) {
    if (error instanceof CaucaseError) return false;
    throw error;
  }
}
