/**
 * Signed JSON: `{"payload": "<JSON text>", "digest": "sha256", "signature": "<base64>"}`.
 *
 * The signature covers the payload's UTF-8 bytes, then the digest's name, then one space. RSA keys sign with
 * RSASSA-PSS, MGF1 with the same hash, and the longest salt that the key allows; EC keys with ECDSA, Ed25519 keys
 * with Ed25519. A message that needs no signature, because its sender was authenticated by other
 * means, has digest null.
 */
import * as v from "valibot";
import { type Bytes, utf8 } from "../bytes.ts";
import { CaucaseError, malformed } from "../errors.ts";
import type { PrivateKey } from "../keys/private_key.ts";
import type { HashName, PublicKey } from "../keys/public_key.ts";
import { messageSignerFor, type Signer } from "../keys/signer.ts";
import { verifyMessageBytes, type VerifySignature } from "../keys/verify_signature.ts";
import type { Certificate } from "../x509/certificate.ts";

export interface SignedMessage {
  readonly payload: string;
  readonly digest: Digest;
  readonly signature: Bytes;
}

export interface UnsignedMessage {
  readonly payload: string;
  readonly digest: null;
}

export type Message = SignedMessage | UnsignedMessage;

/** A CA certificate, PEM, with what signs messages for it (see `messageSignerFor`). */
export interface VouchingCa {
  readonly certificatePem: string;
  readonly messageSigner: Signer;
}

const HASHES = { sha256: "SHA-256", sha384: "SHA-384", sha512: "SHA-512" } as const satisfies Record<string, HashName>;

export type Digest = keyof typeof HASHES;

const MessageShape = v.variant("digest", [
  v.object({ digest: v.null(), payload: v.string() }),
  v.object({ digest: v.picklist(Object.keys(HASHES) as Digest[]), payload: v.string(), signature: v.string() }),
]);

/** A message from a value that JSON held. Throws `malformed` when it is none. */
export function messageFromJson(value: unknown): Message {
  const parsed = v.safeParse(MessageShape, value);
  if (!parsed.success) throw malformed("not a message of payload, digest (null or a known one) and signature");
  const message = parsed.output;
  // Encoded, it would be the same as another payload: a signature must stand for one.
  if (!message.payload.isWellFormed()) {
    throw malformed("the payload has half of a surrogate pair, which UTF-8 cannot hold");
  }
  if (message.digest === null) return { payload: message.payload, digest: null };
  return { payload: message.payload, digest: message.digest, signature: decodeSignature(message.signature) };
}

/** What a message is sent as. */
export function messageToJson(message: Message): Record<string, string | null> {
  return message.digest === null
    ? { payload: message.payload, digest: null }
    : { payload: message.payload, digest: message.digest, signature: message.signature.toBase64() };
}

/** As `messageToJson`, as text: the body of a request or an answer. */
export function messageText(message: Message): string {
  return JSON.stringify(messageToJson(message));
}

/** Signs `payload` with SHA-256, which every implementation takes. */
export async function signMessage(payload: string, key: PrivateKey): Promise<SignedMessage> {
  return await signMessageWith(payload, await messageSignerFor(key));
}

/** As `signMessage`, for callers that keep their key in a signer of messages. */
export async function signMessageWith(payload: string, signer: Signer): Promise<SignedMessage> {
  const digest = "sha256";
  return { payload, digest, signature: await signer.sign(signedBytes(payload, digest)) };
}

/** Throws `untrusted` unless `key` signed `message`. Without `verify`, WebCrypto verifies. */
export async function verifyMessage(message: SignedMessage, key: PublicKey, verify?: VerifySignature): Promise<void> {
  const { digest, signature } = message;
  const data = signedBytes(message.payload, digest);
  const genuine = await verifyMessageBytes(key, { hash: HASHES[digest], data, signature }, verify);
  if (!genuine) throw new CaucaseError("untrusted", "the message was not signed with the key it names");
}

/** Throws `untrusted` unless the key of `certificate` signed `message`. Without `verify`, WebCrypto verifies. */
export async function requireHolder(
  message: SignedMessage,
  certificate: Certificate,
  verify?: VerifySignature,
): Promise<void> {
  await verifyMessage(message, certificate.publicKey, verify);
}

/** Base64 as other implementations write it: with line ends anywhere, also at its end. */
function decodeSignature(text: string): Bytes {
  try {
    return Uint8Array.fromBase64(text, { lastChunkHandling: "strict" });
  } catch (cause) {
    throw malformed("the signature is not base64", { cause });
  }
}

function signedBytes(payload: string, digest: Digest): Bytes {
  return utf8(`${payload}${digest} `);
}
