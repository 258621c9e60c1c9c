/**
 * Signed notes (C2SP signed-note), as Go's `golang.org/x/mod/sumdb/note` reads them: a text, an empty line, and a line
 * for each signature. Keys are Ed25519.
 */
import { Buffer } from "node:buffer";
import { createHash, createPrivateKey, createPublicKey, sign, verify } from "node:crypto";
import { type Bytes, concatBytes, equalBytes, utf8 } from "../bytes.ts";
import { CaucaseError, malformed } from "../errors.ts";

/** Begins a public key, and what its identifier is made of (C2SP signed-note, "Signature types"). */
const ED25519 = 0x01;

/** Before the 32 bytes of a public key in a SubjectPublicKeyInfo (RFC 8410 section 4). */
const SPKI = Uint8Array.of(0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00);

const KEY_BYTES = 32;
const KEY_ID_BYTES = 4;

/** Who may have signed. */
export interface NoteVerifier {
  readonly name: string;
  /** Ed25519, 32 bytes. */
  readonly publicKey: Bytes;
}

/** A note whose signature is good. */
export interface OpenedNote {
  /** With its last newline. */
  readonly text: string;
}

/** Signs `text`, which ends with a newline. `privateKey` is PKCS #8, DER. */
export function signNote(text: string, name: string, privateKey: Bytes): string {
  const key = createPrivateKey({ key: Buffer.from(privateKey), format: "der", type: "pkcs8" });
  const keyId = keyIdOf({ name, publicKey: publicKeyOf(privateKey) });
  const signature = concatBytes(keyId, new Uint8Array(sign(null, utf8(text), key)));
  return `${text}\n\u2014 ${name} ${signature.toBase64()}\n`;
}

/** Before the 32 bytes of a private key in PKCS #8 (RFC 8410 section 7). */
const PKCS8 = Uint8Array.of(
  0x30,
  0x2e,
  0x02,
  0x01,
  0x00,
  0x30,
  0x05,
  0x06,
  0x03,
  0x2b,
  0x65,
  0x70,
  0x04,
  0x22,
  0x04,
  0x20,
);

/** The private key that 32 random bytes are, PKCS #8, DER. */
export function privateKeyFrom(seed: Bytes): Bytes {
  return concatBytes(PKCS8, seed);
}

/** The public key of a private one, which is PKCS #8, DER. */
export function publicKeyOf(privateKey: Bytes): Bytes {
  const key = createPrivateKey({ key: Buffer.from(privateKey), format: "der", type: "pkcs8" });
  const spki = createPublicKey(key).export({ format: "der", type: "spki" });
  return new Uint8Array(spki).slice(-KEY_BYTES);
}

/** The line that people give to verifiers: name, key identifier, key. */
export function verifierKeyText(verifier: NoteVerifier): string {
  const { name, publicKey } = verifier;
  return `${name}+${keyIdOf(verifier).toHex()}+${concatBytes(Uint8Array.of(ED25519), publicKey).toBase64()}`;
}

const VERIFIER_KEY = /^([^\s+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/]+=*)$/;

/** @throws `malformed` for another text than `verifierKeyText` makes */
export function parseVerifierKey(text: string): NoteVerifier {
  const [, name = "", id = "", encoded = ""] = VERIFIER_KEY.exec(text.trimEnd()) ?? [];
  const key = fromBase64(encoded);
  if (key?.[0] !== ED25519 || key.length !== 1 + KEY_BYTES) throw malformed("this is no verifier key for Ed25519");
  const verifier = { name, publicKey: key.slice(1) };
  if (keyIdOf(verifier).toHex() !== id) throw malformed("this verifier key has another identifier than it says");
  return verifier;
}

const SIGNATURE_LINE = /^\u2014 ([^\s+]+) ([A-Za-z0-9+/]+=*)$/;

/**
 * The text of a note that this verifier signed. Signatures of others beside its are left alone.
 * @throws `malformed` for what is no note, `untrusted` when the signature is missing or wrong
 */
export function openNote(note: string, verifier: NoteVerifier): OpenedNote {
  const end = note.lastIndexOf("\n\n");
  if (end < 0 || !note.endsWith("\n")) throw malformed("this is no signed note");
  const text = note.slice(0, end + 1);
  const keyId = keyIdOf(verifier);
  const signatures = note.slice(end + 2, -1).split("\n").map(parseSignature);
  const own = signatures.find((each) => each.name === verifier.name && equalBytes(each.keyId, keyId));
  if (own === undefined) {
    const names = signatures.map((each) => `${each.name}+${each.keyId.toHex()}`).join(", ");
    const message = `a note is signed by ${names}, not by ${verifier.name}+${keyId.toHex()}`;
    throw new CaucaseError("untrusted", message);
  }
  if (isSigned(utf8(text), own.signature, verifier)) return { text };
  throw new CaucaseError("untrusted", `a note says that ${verifier.name} signed it, and the signature is wrong`);
}

function parseSignature(line: string) {
  const [, name = "", encoded = ""] = SIGNATURE_LINE.exec(line) ?? [];
  const bytes = fromBase64(encoded);
  if (bytes === undefined || bytes.length <= KEY_ID_BYTES) throw malformed("a line of a signed note is no signature");
  return { name, keyId: bytes.slice(0, KEY_ID_BYTES), signature: bytes.slice(KEY_ID_BYTES) };
}

function isSigned(text: Bytes, signature: Bytes, { publicKey }: NoteVerifier): boolean {
  const key = createPublicKey({ key: Buffer.from(concatBytes(SPKI, publicKey)), format: "der", type: "spki" });
  return verify(null, text, key, signature);
}

function keyIdOf({ name, publicKey }: NoteVerifier): Bytes {
  const hash = createHash("sha256").update(utf8(`${name}\n`)).update(Uint8Array.of(ED25519)).update(publicKey);
  return new Uint8Array(hash.digest()).slice(0, KEY_ID_BYTES);
}

function fromBase64(text: string): Bytes | undefined {
  try {
    return text === "" ? undefined : Uint8Array.fromBase64(text, { lastChunkHandling: "strict" });
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
