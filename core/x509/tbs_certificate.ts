/**
 * How a certificate comes to be: prepared as data, checked against its profile, signed. Only a checked one can be
 * signed, and only {@link checkCertificate} makes one, which the profiles call with their own rules.
 */
import { type Bytes, equalBytes } from "../bytes.ts";
import { CaucaseError } from "../errors.ts";
import { readDer } from "../der/reader.ts";
import { TAG } from "../der/tags.ts";
import { derElement, derExplicit, derInteger, derSequence, derTime } from "../der/writer.ts";
import { encodeExtensions, type Extension, sameExtension } from "./extension.ts";
import type { PublicKey } from "../keys/public_key.ts";
import { encodeSigned } from "./signed.ts";
import type { Signer } from "../keys/signer.ts";

/** What issuing needs to know of a public key. */
export type SubjectKey = Pick<PublicKey, "spki" | "keyId">;

/** What issuing needs to know of the CA's certificate. */
export interface IssuerIdentity {
  /** DER of its Name. */
  readonly subject: Bytes;
  /** The key identifier that is used everywhere, in hexadecimal. */
  readonly keyIdentifier: string;
  readonly publicKey: SubjectKey;
}

/** Issuer and subject. */
export interface Parties {
  readonly issuer: IssuerIdentity;
  /** DER of a Name. */
  readonly subject: Uint8Array;
  readonly publicKey: SubjectKey;
}

/** A certificate before its signature. Times in Unix seconds. */
export interface TbsCertificate extends Parties {
  /** Positive, minimal, big-endian. */
  readonly serial: Uint8Array;
  readonly notBefore: number;
  readonly notAfter: number;
  readonly extensions: readonly Extension[];
}

declare const checked: unique symbol;

/** A certificate that keeps to its profile. */
export type CheckedTbsCertificate = TbsCertificate & { readonly [checked]: true };

/** What a profile demands of one extension: says what is wrong, or nothing. May throw `malformed`. */
export type ExtensionRule = (extension: Extension) => string | undefined;

export interface ProfileRules {
  /** Names the profile in errors. */
  readonly profile: string;
  /** Those of the order: no others may be in the certificate. */
  readonly parties: Parties;
  /** By object identifier. What has no rule must not be there. */
  readonly extensions: ReadonlyMap<string, ExtensionRule>;
  /** Object identifiers of those that must be there. */
  readonly required: readonly string[];
}

/** How far in the past everything starts that starts now: a peer's clock may be a little behind. Seconds. */
export const BACK_DATE = 10;

/** 9999-12-31T23:59:59Z, which means "no end" (RFC 5280 4.1.2.5) and is the last that can be written. */
const LAST_TIME = 253402300799;

/** When a certificate is valid that is made at `now` for `lifeSpan` seconds. */
export function validity(now: number, lifeSpan: number): { notBefore: number; notAfter: number } {
  const notBefore = now - BACK_DATE;
  return { notBefore, notAfter: notBefore + lifeSpan };
}

/** A serial number of 20 bytes, positive, with 158 random bits (RFC 5280 4.1.2.2). */
export function newSerial(random: (size: number) => Bytes): Bytes {
  const serial = random(20);
  serial[0] = ((serial[0] ?? 0) & 0x7f) | 0x40;
  return serial;
}

/**
 * Judges a prepared certificate by what holds for all and by the rules of its profile, without trust in its maker.
 * @throws `unacceptable` with the first breach
 */
export function checkCertificate(prepared: TbsCertificate, rules: ProfileRules): CheckedTbsCertificate {
  const breach = findBreach(prepared, rules);
  if (breach !== undefined) throw new CaucaseError("unacceptable", `${rules.profile}: ${breach}`);
  return prepared as CheckedTbsCertificate;
}

/**
 * DER of the signed certificate.
 * @throws `unacceptable` when the signer's key is not the one of the issuer that was prepared for
 */
export async function signCertificate(certificate: CheckedTbsCertificate, signer: Signer): Promise<Bytes> {
  if (!equalBytes(signer.publicKey.spki, certificate.issuer.publicKey.spki)) {
    throw new CaucaseError("unacceptable", "certificate: prepared for another CA's key");
  }
  return await encodeSigned(encodeTbs(certificate, signer.algorithm.der), signer);
}

/** Rules of a profile that leaves no choice: these extensions, all of them, and no other. */
export function exactRules(profile: string, parties: Parties, expected: readonly Extension[]): ProfileRules {
  return {
    profile,
    parties,
    required: expected.map(({ oid }) => oid),
    extensions: new Map(expected.map((extension) => [extension.oid, exactly(extension)])),
  };
}

/** The one form that an extension may have. */
export function exactly(expected: Extension): ExtensionRule {
  return (extension) => sameExtension(extension, expected) ? undefined : "is not what it must be";
}

/** TBSCertificate (RFC 5280 4.1). */
function encodeTbs(certificate: TbsCertificate, algorithm: Uint8Array): Bytes {
  return derSequence(
    derExplicit(0, derInteger(2)), // v3
    derElement(TAG.INTEGER, certificate.serial),
    algorithm,
    certificate.issuer.subject,
    derSequence(derTime(certificate.notBefore), derTime(certificate.notAfter)),
    certificate.subject,
    certificate.publicKey.spki,
    derExplicit(3, encodeExtensions(certificate.extensions)),
  );
}

function findBreach(prepared: TbsCertificate, rules: ProfileRules): string | undefined {
  return serialBreach(prepared.serial) ?? validityBreach(prepared) ?? partiesBreach(prepared, rules.parties) ??
    extensionsBreach(prepared.extensions, rules);
}

/** RFC 5280 4.1.2.2, and CA/Browser Forum's 64 bits twice over. */
function serialBreach(serial: Uint8Array): string | undefined {
  const [first = 0] = serial;
  return serial.length < 16 || serial.length > 20 || first === 0 || first > 0x7f
    ? "serial number is not a positive one of 16 to 20 bytes"
    : undefined;
}

function validityBreach({ notBefore, notAfter }: TbsCertificate): string | undefined {
  if (!Number.isSafeInteger(notBefore) || !Number.isSafeInteger(notAfter)) return "a time is not in whole seconds";
  if (notAfter > LAST_TIME) return "ends after the year 9999";
  return notBefore < notAfter ? undefined : "ends before it begins";
}

function partiesBreach({ issuer, subject, publicKey }: Parties, ordered: Parties): string | undefined {
  readDer(subject, TAG.SEQUENCE, "subject");
  if (!equalBytes(subject, ordered.subject)) return "subject is not the one that was ordered";
  if (!equalBytes(publicKey.spki, ordered.publicKey.spki)) return "public key is not the one that was ordered";
  const sameIssuer = equalBytes(issuer.subject, ordered.issuer.subject) &&
    equalBytes(issuer.publicKey.spki, ordered.issuer.publicKey.spki);
  return sameIssuer ? undefined : "issuer is not the one that was ordered";
}

function extensionsBreach(extensions: readonly Extension[], rules: ProfileRules): string | undefined {
  const present = new Set(extensions.map(({ oid }) => oid));
  if (present.size !== extensions.length) return "an extension is there twice";
  const missing = rules.required.find((oid) => !present.has(oid));
  if (missing !== undefined) return `extension ${missing} is missing`;
  for (const extension of extensions) {
    const rule = rules.extensions.get(extension.oid);
    const breach = rule === undefined ? "has no place here" : rule(extension);
    if (breach !== undefined) return `extension ${extension.oid} ${breach}`;
  }
  return undefined;
}
