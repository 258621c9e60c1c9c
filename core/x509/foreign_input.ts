/**
 * What people give instead of a request in PEM: recognised, so that it can be read, or that a refusal can say what it
 * is.
 */
import type { Bytes } from "../bytes.ts";
import { CaucaseError } from "../errors.ts";
import { decodeText, encodingOf, isAsciiText } from "../text.ts";
import { openDer } from "../der/reader.ts";
import { TAG } from "../der/tags.ts";

/** DER that stands without PEM around it. */
export interface BareDer {
  readonly der: Bytes;
  /** For people. */
  readonly form: "DER" | "base64 without its BEGIN and END lines";
}

/**
 * The DER that `bytes` are, or that they are the base64 of, as text in any encoding; undefined when they are neither.
 */
export function findBareDer(bytes: Uint8Array): BareDer | undefined {
  if (isDer(bytes)) return { der: new Uint8Array(bytes), form: "DER" };
  const der = fromBase64(decodeText(bytes));
  return der && isDer(der) ? { der, form: "base64 without its BEGIN and END lines" } : undefined;
}

/** What somebody gave. */
export interface Recognised {
  readonly kind: "request" | "private key" | "other";
  /** For an error: "a private key in PEM". Nothing of the content is repeated but a label of PEM. */
  readonly description: string;
}

/** What `bytes` look like, by their beginnings alone: nothing is checked. */
export function recogniseInput(bytes: Uint8Array): Recognised {
  if (bytes.length === 0) return { kind: "other", description: "nothing" };
  const bare = findBareDer(bytes);
  if (bare !== undefined) return recognised(kindOfDer(bare.der), `${bare.form}${encodingSuffix(bytes, bare.form)}`);
  const text = decodeText(bytes);
  const labels = Array.from(text.matchAll(/-----BEGIN ([A-Z0-9 ]{1,64})-----/g), ([, label = ""]) => label);
  if (labels.length > 0) return recognised(kindOfLabels(labels), `PEM${encodingSuffix(bytes)}`);
  const isPage = /^\s*<(?:!doctype\s+html|html)\b/i.test(text);
  return { kind: "other", description: isPage ? "an HTML page" : `no PEM at all${encodingSuffix(bytes)}` };
}

const REQUEST = "a request";
const PRIVATE_KEY = "a private key";
const CERTIFICATE = "a certificate";
const PKCS7 = "a PKCS#7 message";

const LABEL_KINDS: ReadonlyMap<string, string> = new Map([
  ["CERTIFICATE REQUEST", REQUEST],
  ["NEW CERTIFICATE REQUEST", REQUEST],
  ["CERTIFICATE", CERTIFICATE],
  ["X509 CRL", "a CRL"],
  ["PUBLIC KEY", "a public key"],
  ["PKCS7", PKCS7],
]);

function recognised(what: string, form: string): Recognised {
  const kind = what === REQUEST ? "request" : what === PRIVATE_KEY ? "private key" : "other";
  return { kind, description: `${what} in ${form}` };
}

/** What the labels of PEM blocks stand for; a request or a private key above all. */
function kindOfLabels(labels: readonly string[]): string {
  const kinds = labels.map((label) =>
    label.endsWith("PRIVATE KEY") ? PRIVATE_KEY : LABEL_KINDS.get(label) ?? `a block with the label ${label}`
  );
  return [PRIVATE_KEY, REQUEST].find((kind) => kinds.includes(kind)) ?? kinds[0] ?? "";
}

/** How a text is encoded, where that is not what is wanted. */
function encodingSuffix(bytes: Uint8Array, form?: BareDer["form"]): string {
  if (form === "DER" || isAsciiText(bytes)) return "";
  if (encodingOf(bytes) !== "utf-8") return ", saved as UTF-16";
  const [a, b, c] = bytes;
  if (a === 0xef && b === 0xbb && c === 0xbf) return ", with a byte order mark in front";
  return ", with a byte that is not ASCII";
}

function isDer(bytes: Uint8Array): boolean {
  return bytes[0] === TAG.SEQUENCE && unlessMalformed(() => openDer(bytes, TAG.SEQUENCE, "it")) !== undefined;
}

function kindOfDer(der: Uint8Array): string {
  return unlessMalformed(() => kindByFirst(der)) ?? "something";
}

/** Told apart by what their outermost SEQUENCE begins with, which is enough to say what somebody has mixed up. */
function kindByFirst(der: Uint8Array): string | undefined {
  const reader = openDer(der, TAG.SEQUENCE, "it");
  const first = reader.any();
  if (first.tag === TAG.OID) return PKCS7;
  if (first.tag === TAG.INTEGER) {
    const [version = 0, ...more] = first.content;
    // PKCS#12 is of version 3, and made to hold a key.
    return more.length === 0 && [0, 1, 3].includes(version) ? PRIVATE_KEY : undefined;
  }
  if (first.tag !== TAG.SEQUENCE) return undefined;
  const second = reader.any();
  if (second.tag === TAG.BIT_STRING) return "a public key";
  if (second.tag === TAG.OCTET_STRING) return PRIVATE_KEY;
  return kindOfSigned(first.raw);
}

/** By its body: certificates have version and serial number in front, requests their attributes at the end. */
function kindOfSigned(body: Uint8Array): string | undefined {
  const reader = openDer(body, TAG.SEQUENCE, "it");
  const tags: number[] = [];
  while (!reader.done && tags.length < MOST_FIELDS) tags.push(reader.any().tag);
  if (tags[0] === TAG.CONTEXT_CONSTRUCTED) return CERTIFICATE;
  if (tags[0] !== TAG.INTEGER) return undefined;
  return tags.length === 4 && tags[3] === TAG.CONTEXT_CONSTRUCTED ? REQUEST : "a CRL or old certificate";
}

/** Of a certificate. */
const MOST_FIELDS = 10;

function fromBase64(text: string): Bytes | undefined {
  try {
    return Uint8Array.fromBase64(text, { lastChunkHandling: "strict" });
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function unlessMalformed<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof CaucaseError) return undefined;
    throw error;
  }
}
