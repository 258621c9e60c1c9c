/**
 * Requests for certificates: PKCS#10 (RFC 2986), with the extensions asked for in an extensionRequest (RFC 2985 5.4.2).
 */
import type { Bytes } from "../bytes.ts";
import { CaucaseError, malformed } from "../errors.ts";
import { encodePem, onlyPem, PEM_LABEL } from "../pem.ts";
import type { DerReader } from "../der/reader.ts";
import { TAG } from "../der/tags.ts";
import { derElement, derExplicit, derInteger, derOid, derSequence } from "../der/writer.ts";
import { encodeExtensions, type Extension, parseExtensions } from "./extension.ts";
import { checkName } from "./name.ts";
import { OID } from "../der/oids.ts";
import { parsePublicKey, type PublicKey } from "../keys/public_key.ts";
import { checkSize, encodeSigned, isSignedWith, openSigned, type Signed } from "./signed.ts";
import type { Signer } from "../keys/signer.ts";

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

/** @throws `untrusted` unless the request is signed with the key that it asks a certificate for */
export async function verifyCsr(csr: CertificationRequest): Promise<void> {
  if (!await isSignedWith(csr, csr.publicKey)) {
    throw new CaucaseError("untrusted", `${WHAT} has a signature that is not its own key's`);
  }
}

/**
 * Reads the one PEM request in `bytes`, under either of its labels; text may stand around it.
 * @throws `malformed` as {@link parseCsr} does, and for a byte that is not ASCII: other readers fail on those
 */
export async function csrFromPem(bytes: Uint8Array): Promise<CertificationRequest> {
  if (bytes.some((byte) => byte > 0x7f)) throw malformed(`${WHAT}: a byte that is not ASCII`);
  const text = new TextDecoder("ascii").decode(bytes);
  return await parseCsr(onlyPem(text, LABELS, WHAT).der);
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

/**
 * The extensions of the extensionRequest among the attributes. All others (a challenge password, Microsoft's own list
 * of extensions) say nothing that goes into a certificate. Their order is not looked at: some software does not sort.
 */
function readAttributes(attributes: DerReader): Extension[] {
  let requested: Extension[] | undefined;
  while (!attributes.done) {
    const attribute = attributes.enter(TAG.SEQUENCE);
    const oid = attribute.oid();
    const values = attribute.enter(TAG.SET);
    attribute.end();
    if (oid !== OID.EXTENSION_REQUEST) continue;
    if (requested !== undefined) throw malformed(`${WHAT} has two lists of extensions`);
    requested = parseExtensions(values.expect(TAG.SEQUENCE), WHAT);
    values.end();
  }
  return requested ?? [];
}
