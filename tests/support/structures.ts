/** Certificates and CRLs of any content, also such as must be refused: nothing here checks anything. */
import { type Bytes, concatBytes } from "../../core/bytes.ts";
import { TAG } from "../../core/der/tags.ts";
import { derBitString, derElement, derExplicit, derInteger, derSequence, derTime } from "../../core/der/writer.ts";
import { encodeExtensions, type Extension } from "../../core/x509/extension.ts";
import { commonNameDer } from "../../core/x509/name.ts";
import type { Signer } from "../../core/keys/signer.ts";

/** 2026-11-23T14:00:00Z. */
export const NOW = 1795442400;

export interface WantedCertificate {
  /** The content of `[0]`; absent for version 1. Version 3 unless given. */
  readonly version?: Uint8Array | "absent";
  readonly serial?: bigint;
  readonly issuer?: Uint8Array;
  readonly subject?: Uint8Array;
  readonly notBefore?: number;
  readonly notAfter?: number;
  /** The signer's unless given. */
  readonly spki?: Uint8Array;
  readonly extensions?: readonly Extension[];
  /** What stands between the public key and the end instead of extensions. */
  readonly tail?: Uint8Array;
  /** The algorithm inside, when it is not to be the one outside. */
  readonly innerAlgorithm?: Uint8Array;
}

export async function certificateDer(signer: Signer, wanted: WantedCertificate = {}): Promise<Bytes> {
  const { version = derInteger(2), issuer = commonNameDer("ca"), subject = issuer, extensions = [] } = wanted;
  const body = derSequence(
    ...(version === "absent" ? [] : [derExplicit(0, version)]),
    derInteger(wanted.serial ?? 1n),
    wanted.innerAlgorithm ?? signer.algorithm.der,
    issuer,
    derSequence(derTime(wanted.notBefore ?? NOW), derTime(wanted.notAfter ?? NOW + 1000)),
    subject,
    wanted.spki ?? signer.publicKey.spki,
    wanted.tail ?? (extensions.length > 0 ? derExplicit(3, encodeExtensions(extensions)) : new Uint8Array()),
  );
  return await seal(body, signer);
}

export interface WantedCrl {
  /** The version's element; version 2 unless given. */
  readonly version?: Uint8Array;
  readonly issuer?: Uint8Array;
  /** What stands between the issuer and the entries; this and next update unless given. */
  readonly dates?: Uint8Array;
  /** Whole entries; the list is absent when there is none. */
  readonly entries?: readonly Uint8Array[];
  readonly extensions?: readonly Extension[];
  /** What follows the dates instead of entries and extensions. */
  readonly tail?: Uint8Array;
  readonly innerAlgorithm?: Uint8Array;
}

export async function crlDer(signer: Signer, wanted: WantedCrl = {}): Promise<Bytes> {
  const { entries = [], extensions = [] } = wanted;
  const tail = wanted.tail ?? concatBytes(
    entries.length > 0 ? derSequence(...entries) : new Uint8Array(),
    extensions.length > 0 ? derExplicit(0, encodeExtensions(extensions)) : new Uint8Array(),
  );
  const body = derSequence(
    wanted.version ?? derInteger(1),
    wanted.innerAlgorithm ?? signer.algorithm.der,
    wanted.issuer ?? commonNameDer("ca"),
    wanted.dates ?? concatBytes(derTime(NOW), derTime(NOW + 1000)),
    tail,
  );
  return await seal(body, signer);
}

export function crlEntry(serial: bigint, revocationDate: number, extensions: readonly Extension[] = []): Bytes {
  const tail = extensions.length > 0 ? [encodeExtensions(extensions)] : [];
  return derSequence(derInteger(serial), derTime(revocationDate), ...tail);
}

export async function seal(body: Uint8Array, signer: Signer): Promise<Bytes> {
  return derElement(TAG.SEQUENCE, body, signer.algorithm.der, derBitString(await signer.sign(body)));
}
