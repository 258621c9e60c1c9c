/**
 * What certificates, requests and CRLs have in common: a part to be signed (tbs), an algorithm, and a signature over
 * that part.
 */
import { type Bytes, concatBytes, equalBytes } from "../bytes.ts";
import { CaucaseError, malformed } from "../errors.ts";
import { DerReader, openDer, readWholeBitString } from "../der/reader.ts";
import { TAG } from "../der/tags.ts";
import { derBitString, derHeader, derSequence } from "../der/writer.ts";
import type { PublicKey } from "../keys/public_key.ts";
import { parseSignatureAlgorithm, type SignatureAlgorithm } from "../keys/signature_algorithm.ts";
import type { Signer } from "../keys/signer.ts";
import { type VerifySignature, verifySignature } from "../keys/verify_signature.ts";

export interface Signed {
  /** All of it. */
  readonly der: Bytes;
  /** What the signature covers, header included: a view into `der`. */
  readonly tbs: Uint8Array;
  readonly signatureAlgorithm: SignatureAlgorithm;
  readonly signature: Bytes;
}

/** A structure taken apart, and a reader for the content of its tbs part. */
export interface OpenedSigned extends Signed {
  readonly reader: DerReader;
  /** The AlgorithmIdentifier as it was written. */
  readonly algorithmDer: Uint8Array;
}

/** As much as OpenSSL takes of a peer's certificates in a handshake: nothing larger is of any use. */
const MAX_SIZE = 100 * 1024;

/**
 * For what anybody may send us before a signature is checked: megabytes of names or extensions take seconds to walk
 * through.
 * @throws `unacceptable` for more than 100 KiB
 */
export function checkSize(der: Uint8Array, what: string): void {
  if (der.length > MAX_SIZE) throw new CaucaseError("unacceptable", `${what} of more than ${MAX_SIZE} bytes`);
}

/**
 * Takes a signed structure apart; `der` is copied, so that what is read cannot change later. `what` names it in errors.
 */
export function openSigned(der: Uint8Array, what: string): OpenedSigned {
  const copy = new Uint8Array(der);
  const outer = openDer(copy, TAG.SEQUENCE, what);
  const tbs = outer.expect(TAG.SEQUENCE);
  const algorithmDer = outer.expect(TAG.SEQUENCE).raw;
  const signature = readWholeBitString(outer.expect(TAG.BIT_STRING), what);
  outer.end();
  const signatureAlgorithm = parseSignatureAlgorithm(algorithmDer, what);
  const reader = new DerReader(tbs.content, what);
  return { der: copy, tbs: tbs.raw, signatureAlgorithm, signature, reader, algorithmDer };
}

/** Reads the AlgorithmIdentifier inside the tbs part, which must be the one outside (RFC 5280 4.1.1.2 and 5.1.1.2). */
export function expectSameAlgorithm({ reader, algorithmDer }: OpenedSigned, what: string): void {
  if (!equalBytes(reader.expect(TAG.SEQUENCE).raw, algorithmDer)) {
    throw malformed(`${what} names two different signature algorithms`);
  }
}

/** Whether the holder of `key` signed it. */
export function isSignedWith(
  signed: Signed,
  key: PublicKey,
  verify: VerifySignature = verifySignature,
): Promise<boolean> {
  return verify(key, signed.signatureAlgorithm, { data: signed.tbs, signature: signed.signature });
}

/** DER of `tbs` with its signature. */
export async function encodeSigned(tbs: Uint8Array, signer: Signer): Promise<Bytes> {
  return derSequence(tbs, signer.algorithm.der, derBitString(await signer.sign(tbs)));
}

/** The same in pieces, where `tbs` is too large to be copied. */
export async function encodeSignedPieces(tbs: readonly Uint8Array[], signer: Signer): Promise<readonly Uint8Array[]> {
  const end = concatBytes(signer.algorithm.der, derBitString(await signer.sign(tbs)));
  const length = tbs.reduce((total, piece) => total + piece.length, end.length);
  const [first = new Uint8Array(), ...others] = tbs;
  return [concatBytes(derHeader(TAG.SEQUENCE, length), first), ...others, end];
}
