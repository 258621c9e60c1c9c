/**
 * Requests for certificates: PKCS#10 (RFC 2986), with the extensions asked for in an extensionRequest (RFC 2985 5.4.2),
 * or in the attribute that older Windows and Exchange write instead.
 */
import { type Bytes, utf8 } from "../bytes.ts";
import { CaucaseError, malformed } from "../errors.ts";
import { decodePem, encodePem, onlyPem, PEM_LABEL } from "../pem.ts";
import { asciiText, decodeText, isAsciiText } from "../text.ts";
import type { DerReader } from "../der/reader.ts";
import { TAG } from "../der/tags.ts";
import { derElement, derExplicit, derInteger, derOid, derSequence } from "../der/writer.ts";
import { encodeExtensions, type Extension, findExtension, parseExtensions, sameExtension } from "./extension.ts";
import { findBareDer, recogniseInput } from "./foreign_input.ts";
import { checkName } from "./name.ts";
import { OID } from "../der/oids.ts";
import { parsePublicKey, type PublicKey } from "../keys/public_key.ts";
import { checkSize, encodeSigned, isSignedWith, openSigned, type Signed } from "./signed.ts";
import type { Signer } from "../keys/signer.ts";
import type { VerifySignature } from "../keys/verify_signature.ts";

export interface CertificationRequest extends Signed {
  /** DER of its Name. */
  readonly subject: Bytes;
  readonly publicKey: PublicKey;
  /** The extensions asked for, in their order, unknown ones included. */
  readonly extensions: readonly Extension[];
}

const WHAT = "certificate request";
const LABELS = [PEM_LABEL.CSR, PEM_LABEL.NEW_CSR];

/**
 * Reads a request. Its signature is not looked at (see {@link verifyCsr}), nor whether its key is strong enough.
 * @throws `malformed`, also for a subject whose strings do not decode; `unacceptable` for algorithms and keys that are
 * not ours, and for more than 100 KiB
 */
export async function parseCsr(der: Uint8Array): Promise<CertificationRequest> {
  checkSize(der, WHAT);
  const { reader, der: whole, tbs, signatureAlgorithm, signature } = openSigned(der, WHAT);
  if (reader.integer() !== 0n) throw malformed(`${WHAT} has a version other than 1`);
  const subject = reader.expect(TAG.SEQUENCE).raw.slice();
  checkName(subject);
  const spki = reader.expect(TAG.SEQUENCE).raw;
  const extensions = readAttributes(reader.enter(TAG.CONTEXT_CONSTRUCTED));
  reader.end();
  const publicKey = await parsePublicKey(spki, WHAT);
  return { der: whole, tbs, signatureAlgorithm, signature, subject, publicKey, extensions };
}

/**
 * Without `verify`, WebCrypto verifies.
 * @throws `untrusted` unless the request is signed with the key that it asks a certificate for
 */
export async function verifyCsr(csr: CertificationRequest, verify?: VerifySignature): Promise<void> {
  if (!await isSignedWith(csr, csr.publicKey, verify)) {
    throw new CaucaseError("untrusted", `${WHAT} has a signature that is not its own key's`);
  }
}

/**
 * Reads the one PEM request in `bytes`, under either of its labels; text may stand around it.
 * @throws `malformed` as {@link parseCsr} does, and for a byte that is not ASCII: other readers fail on those. What is
 *   no such request at all is named
 */
export async function csrFromPem(bytes: Uint8Array): Promise<CertificationRequest> {
  if (!isAsciiText(bytes)) throw noRequest(bytes);
  const text = asciiText(bytes);
  if (!holdsRequest(text)) throw noRequest(bytes);
  return await parseCsr(onlyPem(text, LABELS, WHAT).der);
}

/** A request out of a file, and the bytes that a server takes for it. */
export interface CsrFile {
  readonly csr: CertificationRequest;
  /** PEM in ASCII: the file as it is where it is that, else the request alone. */
  readonly pem: Bytes;
}

/**
 * Reads the one request of a file as programs and editors save it: PEM in ASCII, UTF-8 or UTF-16, with a byte order
 * mark or without; DER; base64 without the lines around it.
 * @throws as {@link csrFromPem}
 */
export async function csrFromFile(bytes: Bytes): Promise<CsrFile> {
  const text = decodeText(bytes);
  if (!holdsRequest(text)) return await alone(bareRequest(bytes));
  // What stands around the request goes along as text, but no other block: it might be the private key.
  const isPlain = isAsciiText(bytes) && decodePem(text).length === 1;
  return isPlain ? { csr: await csrFromPem(bytes), pem: bytes } : await alone(onlyPem(text, LABELS, WHAT).der);
}

async function alone(der: Uint8Array): Promise<CsrFile> {
  return { csr: await parseCsr(der), pem: utf8(encodePem(PEM_LABEL.CSR, der)) };
}

/** DER of a request without PEM around it. @throws `malformed` for anything else */
function bareRequest(bytes: Uint8Array): Bytes {
  const bare = findBareDer(bytes);
  if (bare === undefined || recogniseInput(bytes).kind !== "request") throw noRequest(bytes);
  return bare.der;
}

function holdsRequest(text: string): boolean {
  return LABELS.some((label) => text.includes(`-----BEGIN ${label}-----`));
}

function noRequest(bytes: Uint8Array): CaucaseError {
  const { kind, description } = recogniseInput(bytes);
  const wanted = `wanted is PEM in ASCII, with the line -----BEGIN ${PEM_LABEL.CSR}-----`;
  const hint = kind === "private key"
    ? `${wanted}; a private key never leaves its holder: if this one was sent, make a new one`
    : wanted;
  return malformed(`${WHAT}: this is ${description}`, { hint });
}

/** A request, PEM, for the signer's key. `subject` is the DER of a Name. */
export async function buildCsr(
  { subject, extensions }: { readonly subject: Uint8Array; readonly extensions: readonly Extension[] },
  signer: Signer,
): Promise<string> {
  const attributes = extensions.length === 0 ? [] : [
    derSequence(derOid(OID.EXTENSION_REQUEST), derElement(TAG.SET, encodeExtensions(extensions))),
  ];
  const info = derSequence(derInteger(0), subject, signer.publicKey.spki, derExplicit(0, ...attributes));
  return encodePem(PEM_LABEL.CSR, await encodeSigned(info, signer));
}

/** Attributes that hold the extensions asked for. */
const EXTENSION_REQUESTS: readonly string[] = [OID.EXTENSION_REQUEST, OID.MICROSOFT_EXTENSION_REQUEST];

/**
 * The extensions asked for by the attributes: in the extensionRequest, in Microsoft's attribute of the same form, or in
 * both, which must then say the same. All other attributes (a challenge password) say nothing that goes into a
 * certificate. Their order is not looked at: some software does not sort.
 */
function readAttributes(attributes: DerReader): Extension[] {
  const requested = new Map<string, Extension[]>();
  while (!attributes.done) {
    const attribute = attributes.enter(TAG.SEQUENCE);
    const oid = attribute.oid();
    const values = attribute.enter(TAG.SET);
    attribute.end();
    if (!EXTENSION_REQUESTS.includes(oid)) continue;
    if (requested.has(oid)) throw malformed(`${WHAT} has two lists of extensions`);
    requested.set(oid, parseExtensions(values.expect(TAG.SEQUENCE), WHAT));
    values.end();
  }
  const [first = [], second = first] = requested.values();
  if (!sameExtensions(first, second)) {
    throw malformed(`${WHAT} asks for different extensions in its extensionRequest and in Microsoft's attribute`);
  }
  return first;
}

/** Whether both hold the same extensions, in whatever order; none is there twice. */
function sameExtensions(a: readonly Extension[], b: readonly Extension[]): boolean {
  return a.length === b.length && a.every((extension) => {
    const other = findExtension(b, extension.oid);
    return other !== undefined && sameExtension(extension, other);
  });
}
