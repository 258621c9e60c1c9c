/**
 * The container of a backup, up to where its cipher text begins:
 *
 *     8 bytes   "caucase" and a zero byte
 *     4 bytes   size of the header, unsigned, little-endian
 *     header    JSON: how the rest is encrypted, and for each recipient the key of the rest, encrypted to its key
 *
 * Nothing here is authenticated, and anybody can make a file that is encrypted to a user: check what a header says
 * before using it; it proves nothing.
 */
import * as v from "valibot";
import { type Bytes, concatBytes, equalBytes, fromUtf8, utf8 } from "../bytes.ts";
import { malformed } from "../errors.ts";
import { parseJson } from "../json.ts";

/** AES-256-CBC with PKCS#7 padding over blocks of 10 MiB, each followed by HMAC-SHA-256 over all plain bytes so far. */
export const STREAM_CIPHER = "aes256_cbc_pkcs7_hmac_10M_sha256";

/** RSA-OAEP with SHA-1 and MGF1-SHA-1, without a label. */
export const RSA_RECIPIENT_CIPHER = "rsa_oaep_sha1_mgf1_sha1";

/** Ways to encrypt the stream's key to a recipient. */
export type RecipientCipher = typeof RSA_RECIPIENT_CIPHER;

/** The private key opens the backup. */
export interface Recipient {
  /** Of the user's public key: 40 hexadecimal digits, lower case. */
  readonly keyId: string;
  readonly cipher: RecipientCipher;
  /** 64 bytes, the 32 of the HMAC key and the 32 of the AES key, encrypted to the recipient. */
  readonly encryptedKey: Bytes;
}

export interface BackupHeader {
  /** Of the stream's AES-CBC: 16 bytes. */
  readonly iv: Bytes;
  /** At least one, each with another key identifier. */
  readonly recipients: readonly Recipient[];
}

/** Bytes before the header: what `readHeaderSize` needs. */
export const PREFIX_SIZE = 12;

/** Bytes that a header may have: 16 MiB, enough for 25 000 recipients with RSA-2048. */
export const MAX_HEADER_SIZE = 16 * 1024 * 1024;

const WHAT = "backup";
const MAGIC = utf8("caucase\0");
const IV_SIZE = 16;
const KEY_ID_SIZE = 20;
/** 64 bytes under OAEP with SHA-1, whose overhead is 42 (RFC 8017 7.1.1); and a modulus of 16384 bits. */
const ENCRYPTED_KEY_SIZE = { min: 64 + 42, max: 2048 };

const HeaderShape = v.object({
  cipher: v.object({
    name: v.literal(STREAM_CIPHER, "is not a cipher that is known"),
    parameter: hexBytes(IV_SIZE, IV_SIZE),
  }),
  key_list: v.pipe(
    v.array(v.object({
      id: hexBytes(KEY_ID_SIZE, KEY_ID_SIZE),
      cipher: v.object({ name: v.literal(RSA_RECIPIENT_CIPHER, "is not a cipher that is known") }),
      key: hexBytes(ENCRYPTED_KEY_SIZE.min, ENCRYPTED_KEY_SIZE.max),
    })),
    v.minLength(1, "is empty: no key opens this backup"),
  ),
});

/**
 * Size of the header in bytes, from the first `PREFIX_SIZE` bytes of a backup; the header follows them.
 * @throws `malformed` when it is no backup, ends there, or says a size that no header has
 */
export function readHeaderSize(bytes: Uint8Array): number {
  // Compared as far as it goes: what begins otherwise is no backup, however short.
  const magic = bytes.subarray(0, MAGIC.length);
  if (!equalBytes(magic, MAGIC.subarray(0, magic.length))) throw malformed("not a backup of caucase");
  if (bytes.length < PREFIX_SIZE) throw malformed(`${WHAT} ends after ${bytes.length} bytes, before its header`);
  const size = new DataView(bytes.buffer, bytes.byteOffset, PREFIX_SIZE).getUint32(MAGIC.length, true);
  if (size === 0 || size > MAX_HEADER_SIZE) throw malformed(`${WHAT} says that its header has ${size} bytes`);
  return size;
}

/**
 * Reads the header's JSON, whole and nothing else. Members that are not known are left aside: the names of the ciphers
 * say what the known ones mean.
 * @throws `malformed`, also for a cipher that is not known and for a key identifier that comes twice
 */
export function parseBackupHeader(json: Uint8Array): BackupHeader {
  const parsed = v.safeParse(HeaderShape, parseJson(decodeText(json), `${WHAT}: the header`), { abortEarly: true });
  if (!parsed.success) throw malformed(`${WHAT}: ${describeIssue(parsed.issues[0])}`);
  const { cipher, key_list } = parsed.output;
  const recipients = key_list.map(({ id, cipher, key }) => ({
    keyId: id.toHex(),
    cipher: cipher.name,
    encryptedKey: key,
  }));
  const ids = new Set(recipients.map(({ keyId }) => keyId));
  if (ids.size < recipients.length) throw malformed(`${WHAT}: the header has a key identifier twice`);
  return { iv: cipher.parameter, recipients };
}

/**
 * Reads the header of a backup whose first bytes are in `bytes`.
 * @returns it, and the offset at which the cipher text begins
 * @throws `malformed` as `readHeaderSize` and `parseBackupHeader` do, and when `bytes` ends before the header does
 */
export function readBackupHeader(bytes: Uint8Array): { header: BackupHeader; end: number } {
  const size = readHeaderSize(bytes);
  const end = PREFIX_SIZE + size;
  if (bytes.length < end) {
    throw malformed(`${WHAT} ends after ${bytes.length} bytes, within its header of ${size} bytes`);
  }
  return { header: parseBackupHeader(bytes.subarray(PREFIX_SIZE, end)), end };
}

/** All that comes before the cipher text. Throws `malformed` where `readBackupHeader` would refuse the result. */
export function encodeBackupHeader(header: BackupHeader): Bytes {
  const json = utf8(JSON.stringify({
    cipher: { name: STREAM_CIPHER, parameter: header.iv.toHex() },
    key_list: header.recipients.map(({ keyId, cipher, encryptedKey }) => ({
      id: keyId,
      cipher: { name: cipher },
      key: encryptedKey.toHex(),
    })),
  }));
  const size = new Uint8Array(PREFIX_SIZE - MAGIC.length);
  new DataView(size.buffer).setUint32(0, json.length, true);
  const encoded = concatBytes(MAGIC, size, json);
  // A backup that nobody can read is worse than none: it is believed in.
  readBackupHeader(encoded);
  return encoded;
}

/** A text of hexadecimal digits, two for each byte, as bytes; `min` and `max` are numbers of bytes. */
function hexBytes(min: number, max: number) {
  const sizes = min === max ? `${2 * min}` : `${2 * min} to ${2 * max}`;
  const message = `is not ${sizes} hexadecimal digits`;
  const fits = ({ length }: string) => length % 2 === 0 && length >= 2 * min && length <= 2 * max;
  const isHex = (text: string) => fits(text) && /^[0-9a-f]*$/i.test(text);
  return v.pipe(v.string(message), v.check(isHex, message), v.transform((text): Bytes => Uint8Array.fromHex(text)));
}

function decodeText(json: Uint8Array): string {
  try {
    return fromUtf8(json);
  } catch (cause) {
    throw malformed(`${WHAT}: the header is not text`, { cause });
  }
}

/** Where in the header, and what: in our words, never in the file's. */
function describeIssue(issue: v.BaseIssue<unknown>): string {
  const place = v.getDotPath(issue);
  const where = place === null ? "the header" : `${place} in the header`;
  return `${where} ${
    issue.type === "object" || issue.type === "array" ? "is missing or not what it should be" : issue.message
  }`;
}
