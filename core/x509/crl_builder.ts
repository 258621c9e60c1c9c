/**
 * Makes CRLs (RFC 5280 5), as pieces: what is before the entries, the entries where they lie, and what is behind them.
 * However many there are, a CRL costs one signature and no copy.
 */
import { concatBytes, equalBytes } from "../bytes.ts";
import { CaucaseError } from "../errors.ts";
import { TAG } from "../der/tags.ts";
import { derExplicit, derHeader, derInteger, derTime } from "../der/writer.ts";
import { encodeExtensions } from "./extension.ts";
import type { IssuerIdentity } from "./tbs_certificate.ts";
import { OID } from "../der/oids.ts";
import { Pieces } from "../pieces.ts";
import type { CrlEntries } from "./crl_entries.ts";
import { encodeSignedPieces } from "./signed.ts";
import type { Signer } from "../keys/signer.ts";
import { authorityKeyIdentifierExtension } from "./standard_extensions.ts";

export interface TbsCertList {
  readonly issuer: IssuerIdentity;
  /** Unix seconds, as it will be written. */
  readonly thisUpdate: number;
  /** Unix seconds. */
  readonly nextUpdate: number;
  /** crlNumber: not negative, at most 20 bytes (RFC 5280 5.2.3). */
  readonly number: bigint;
  readonly entries: CrlEntries;
}

/**
 * The signed CRL, DER.
 * @throws `unacceptable` when the signer's key is not the issuer's, or the content cannot be a CRL
 */
export async function buildCrl(content: TbsCertList, signer: Signer): Promise<Pieces> {
  const breach = findBreach(content, signer);
  if (breach !== undefined) throw new CaucaseError("unacceptable", `CRL: ${breach}`);
  return new Pieces(await encodeSignedPieces(encodeTbs(content, signer.algorithm.der), signer), content.entries.source);
}

function findBreach({ issuer, thisUpdate, nextUpdate, number }: TbsCertList, signer: Signer): string | undefined {
  if (!equalBytes(signer.publicKey.spki, issuer.publicKey.spki)) return "signer's key is not the issuer's";
  if (!Number.isSafeInteger(thisUpdate) || !Number.isSafeInteger(nextUpdate)) return "a time is not in whole seconds";
  if (nextUpdate <= thisUpdate) return "its next update is not after this one";
  // The sign bit counts: 20 bytes hold 159 bits.
  return number < 0n || number >= 1n << 159n ? `number ${number} is out of range` : undefined;
}

/** TBSCertList (RFC 5280 5.1). */
function encodeTbs(
  { issuer, thisUpdate, nextUpdate, number, entries }: TbsCertList,
  algorithm: Uint8Array,
): readonly Uint8Array[] {
  const { byteLength } = entries;
  const start = concatBytes(
    derInteger(1), // v2
    algorithm,
    issuer.subject,
    derTime(thisUpdate),
    derTime(nextUpdate),
    // 5.1.2.6: absent when empty.
    ...(byteLength > 0 ? [derHeader(TAG.SEQUENCE, byteLength)] : []),
  );
  const end = derExplicit(
    0,
    encodeExtensions([
      // In the reference's order: a database that moves from one to the other keeps its CRLs, byte for byte.
      { oid: OID.CRL_NUMBER, critical: false, value: derInteger(number) }, // 5.2.3
      authorityKeyIdentifierExtension(issuer.keyIdentifier), // 5.2.1
    ]),
  );
  const header = derHeader(TAG.SEQUENCE, start.length + byteLength + end.length);
  return [concatBytes(header, start), ...entries.pieces(), end];
}
