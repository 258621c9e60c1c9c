/**
 * Fills the register with what the reference issued and revoked in this database, from what its tables still hold. All
 * of them are looked at, as nothing says which are new; what is known already costs a look at an index.
 */
import type { CaName, RegisteredCertificate } from "../../../core/ca/stores.ts";
import { CaucaseError } from "../../../core/errors.ts";
import { onlyPem, PEM_LABEL } from "../../../core/pem.ts";
import { parseCertificate } from "../../../core/x509/certificate.ts";
import { serialOfCertificate } from "../../../core/x509/subject_facts.ts";
import { nextTurn } from "../../next_turn.ts";
import { toBigInt, toTextOrNothing } from "./column_values.ts";
import type { Database } from "./database.ts";
import { NO_ROW } from "./revocation_table.ts";
import type { Transactions } from "./transactions.ts";

/** Rows that are looked at in one go: one or two milliseconds. */
const CERTIFICATES_AT_ONCE = 20n;
const REVOCATIONS_AT_ONCE = 500n;

interface FoundCertificate {
  readonly requestId: bigint;
  readonly der: Uint8Array;
}

export interface FillingParts {
  readonly ca: CaName;
  readonly database: Database;
  readonly transactions: Transactions;
}

/** Leaves out what ended before `endedBefore`. How many certificates were found. */
export async function fillRegister(parts: FillingParts, endedBefore: number): Promise<number> {
  await parts.transactions.write(() => parts.transactions.arrivals.removeOrphans());
  const found = await fillCertificates(parts, endedBefore);
  await fillRevocations(parts);
  return found;
}

async function fillCertificates({ ca, database, transactions }: FillingParts, endedBefore: number): Promise<number> {
  const sql = `SELECT id, crt FROM ${ca}crt WHERE id > ? AND crt IS NOT NULL ORDER BY id LIMIT ?`;
  const { register } = transactions;
  let found = 0;
  for (let last = NO_ROW + 1n;;) {
    const rows = database.all(sql, last, CERTIFICATES_AT_ONCE);
    const unknown = rows.flatMap(({ id, crt }) => unknownCertificate(transactions, toBigInt(id), toTextOrNothing(crt)));
    const certificates = await Promise.all(unknown.map((each) => registration(ca, each)));
    const wanted = certificates.flatMap((each) => each !== undefined && each.notAfter >= endedBefore ? [each] : []);
    if (wanted.length > 0) {
      await transactions.write(() => {
        for (const each of wanted) if (register.idOf(each.serial) === undefined) register.add(each);
      });
    }
    found += wanted.length;
    const newest = rows.at(-1)?.["id"];
    if (newest === undefined) return found;
    last = toBigInt(newest);
    await nextTurn();
  }
}

/** Nothing for what is no certificate: it can be in nobody's register. */
function unknownCertificate(
  { register }: Transactions,
  requestId: bigint,
  pem: string | undefined,
): readonly FoundCertificate[] {
  if (pem === undefined) return [];
  try {
    const { der } = onlyPem(pem, [PEM_LABEL.CERTIFICATE], "certificate");
    return register.idOf(serialOfCertificate(der)) === undefined ? [{ requestId, der }] : [];
  } catch (error) {
    if (error instanceof CaucaseError) return [];
    throw error;
  }
}

/** Undefined for a certificate that is not of a form that this program takes. Who issued it is known to nobody. */
async function registration(
  ca: CaName,
  { requestId, der }: FoundCertificate,
): Promise<RegisteredCertificate | undefined> {
  try {
    const certificate = await parseCertificate(der);
    const { serial, notBefore, notAfter, publicKey: { keyId }, authorityKeyIdentifier } = certificate;
    return {
      ...{ serial, issuer: authorityKeyIdentifier ?? "", keyId, requestId },
      profile: ca === "http_cas" ? "https" : "leaf",
      origin: { kind: "found" },
      actor: undefined,
      // When it was issued is not said anywhere else.
      ...{ issuedAt: notBefore, notBefore, notAfter, der: certificate.der },
    };
  } catch (error) {
    if (error instanceof CaucaseError) return undefined;
    throw error;
  }
}

/** Those of certificates that the register has. */
async function fillRevocations({ ca, database, transactions }: FillingParts): Promise<void> {
  const page =
    `SELECT MAX(id) AS last FROM (SELECT rowid AS id FROM ${ca}revoked WHERE rowid > ? ORDER BY rowid LIMIT ?)`;
  const missing = `FROM ${ca}revoked AS r JOIN caucase_certificate AS c` +
    ` ON c.ca = '${ca}' AND c.serial = CAST(r.serial AS TEXT) WHERE r.rowid > ? AND r.rowid <= ? AND NOT EXISTS` +
    ` (SELECT 1 FROM caucase_revocation AS v WHERE v.ca = '${ca}' AND v.serial = c.serial)`;
  for (let after = NO_ROW + 1n;;) {
    const last = database.get(page, after, REVOCATIONS_AT_ONCE)?.["last"];
    if (typeof last !== "bigint") return;
    const range = [after, last] as const;
    if (database.get(`SELECT 1 ${missing} LIMIT 1`, ...range) !== undefined) {
      await transactions.write(() =>
        database.run(
          `INSERT INTO caucase_revocation (ca, serial, time) SELECT '${ca}', c.serial, r.revocation_date ${missing}`,
          ...range,
        )
      );
    }
    after = last;
    await nextTurn();
  }
}
