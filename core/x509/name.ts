/**
 * Distinguished names (RFC 5280 4.1.2.4). A Name is kept as the DER it came in, so that it goes into a certificate byte
 * for byte; here it is judged, made, and turned into text for people.
 */
import { type Bytes, fromUtf8, utf8 } from "../bytes.ts";
import { malformed } from "../errors.ts";
import { type DerElement, DerReader, openDer, readBitString } from "../der/reader.ts";
import { TAG } from "../der/tags.ts";
import { compareEncodings, derOid, derSequence, derSetOf, derUtf8String } from "../der/writer.ts";

const WHAT = "distinguished name";
const COMMON_NAME = "2.5.4.3";
const UNIQUE_IDENTIFIER = "2.5.4.45";

/** The Name without any part. */
export const EMPTY_NAME: Bytes = derSequence();

/** Names of attribute types that RFC 4514 3 lets a text use; others appear as their object identifier. */
const TYPE_NAME: Readonly<Record<string, string>> = {
  [COMMON_NAME]: "CN",
  "2.5.4.7": "L",
  "2.5.4.8": "ST",
  "2.5.4.10": "O",
  "2.5.4.11": "OU",
  "2.5.4.6": "C",
  "2.5.4.9": "STREET",
  "0.9.2342.19200300.100.1.25": "DC",
  "0.9.2342.19200300.100.1.1": "UID",
};

/** The same types and other usual ones as their definitions, and OpenSSL, call them: for errors. */
const LONG_NAME: Readonly<Record<string, string>> = {
  [COMMON_NAME]: "commonName",
  "2.5.4.4": "surname",
  "2.5.4.5": "serialNumber",
  "2.5.4.6": "countryName",
  "2.5.4.7": "localityName",
  "2.5.4.8": "stateOrProvinceName",
  "2.5.4.9": "streetAddress",
  "2.5.4.10": "organizationName",
  "2.5.4.11": "organizationalUnitName",
  "2.5.4.12": "title",
  "2.5.4.13": "description",
  "2.5.4.15": "businessCategory",
  "2.5.4.17": "postalCode",
  "2.5.4.20": "telephoneNumber",
  "2.5.4.41": "name",
  "2.5.4.42": "givenName",
  "2.5.4.43": "initials",
  "2.5.4.44": "generationQualifier",
  [UNIQUE_IDENTIFIER]: "x500UniqueIdentifier",
  "2.5.4.46": "dnQualifier",
  "2.5.4.65": "pseudonym",
  "2.5.4.97": "organizationIdentifier",
  "0.9.2342.19200300.100.1.25": "domainComponent",
  "0.9.2342.19200300.100.1.1": "userId",
  "1.2.840.113549.1.9.1": "emailAddress",
  "1.2.840.113549.1.9.2": "unstructuredName",
  "1.2.840.113549.1.9.8": "unstructuredAddress",
};

interface Attribute {
  readonly type: string;
  readonly value: DerElement;
}

/** Decodes the content of a string type; throws when the bytes are not of that type. */
type Decoder = (content: Uint8Array) => string;

const latin1 = new TextDecoder("latin1");
const utf16 = new TextDecoder("utf-16be", { fatal: true, ignoreBOM: true });

const DECODERS: ReadonlyMap<number, Decoder> = new Map<number, Decoder>([
  [TAG.UTF8_STRING, fromUtf8],
  // Nobody writes T.61 into it: other implementations read it as UTF-8 (so ASCII) and fail for the rest.
  [TAG.TELETEX_STRING, fromUtf8],
  [TAG.PRINTABLE_STRING, alphabet("PrintableString", /[^A-Za-z0-9 '()+,\-./:=?]/)],
  [TAG.NUMERIC_STRING, alphabet("NumericString", /[^0-9 ]/)],
  [TAG.VISIBLE_STRING, alphabet("VisibleString", /[^\x20-\x7e]/)],
  // deno-lint-ignore no-control-regex
  [TAG.IA5_STRING, alphabet("IA5String", /[^\x00-\x7f]/)],
  [TAG.BMP_STRING, (content) => utf16.decode(content)],
  [TAG.UNIVERSAL_STRING, decodeUtf32],
]);

/** Name with one common name, as UTF8String. */
export function commonNameDer(commonName: string): Bytes {
  return derSequence(derSetOf(derSequence(derOid(COMMON_NAME), derUtf8String(commonName))));
}

/**
 * Judges the DER of a Name: structure, DER order within sets, no attribute twice in a set, every string of its type.
 * @throws `malformed` with what is wrong
 */
export function checkName(nameDer: Uint8Array): void {
  for (const attribute of parseName(nameDer).flat()) plainText(attribute);
}

/** Whether a Name has no part, or none that says anything. @throws `malformed` */
export function namesNothing(nameDer: Uint8Array): boolean {
  return parseName(nameDer).flat().every(({ value }) => value.content.length === 0);
}

/** The most specific common name; undefined where there is none. @throws `malformed` */
export function commonNameOf(nameDer: Uint8Array): string | undefined {
  const attribute = parseName(nameDer).flat().findLast(({ type }) => type === COMMON_NAME);
  return attribute && valueText(attribute);
}

/**
 * Text of a Name for people (RFC 4514: last part first). Beyond what the RFC asks, control and formatting characters
 * are escaped, so that a name can neither steer a terminal nor look like another line; values of types without a short
 * name are shown as text where they are strings.
 * @throws `malformed`
 */
export function nameToText(nameDer: Uint8Array): string {
  return parseName(nameDer).toReversed().map((set) => set.map(attributeText).join("+")).join(",");
}

const PRINTABLE = /^[\x20-\x7e]*$/;

/** `text` with control and formatting characters as `\XX` for each byte of their UTF-8. */
export function escapeControls(text: string): string {
  // Nearly all text is this, and to look for the others takes ten times as long.
  return PRINTABLE.test(text) ? text : text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, escapeBytes);
}

function parseName(nameDer: Uint8Array): Attribute[][] {
  const reader = openDer(nameDer, TAG.SEQUENCE, WHAT);
  const sets: Attribute[][] = [];
  while (!reader.done) sets.push(parseSet(reader.expect(TAG.SET)));
  return sets;
}

function parseSet(set: DerElement): Attribute[] {
  const reader = new DerReader(set.content, WHAT);
  const members: DerElement[] = [];
  while (!reader.done) members.push(reader.expect(TAG.SEQUENCE));
  if (members.length === 0) throw malformed(`${WHAT} has an empty set`);
  checkOrder(members);
  return members.map(parseAttribute);
}

/** Compares neighbours: a set may have tens of thousands of members, too many for the arguments of a call. */
function checkOrder(members: readonly DerElement[]): void {
  const orders = members.slice(1).map((member, index) =>
    compareEncodings(members[index]?.raw ?? member.raw, member.raw)
  );
  if (orders.some((order) => order > 0)) throw malformed(`${WHAT} has a set that is not in DER order`);
  // In order, so equal ones are neighbours.
  if (orders.includes(0)) throw malformed(`${WHAT} has the same attribute twice in one set`);
}

function parseAttribute(member: DerElement): Attribute {
  const reader = new DerReader(member.content, WHAT);
  const attribute = { type: reader.oid(), value: reader.any() };
  reader.end();
  return attribute;
}

function attributeText(attribute: Attribute): string {
  const { type, value } = attribute;
  const text = plainText(attribute);
  return `${TYPE_NAME[type] ?? type}=${value.tag === TAG.BIT_STRING ? text : escapeText(text)}`;
}

function plainText(attribute: Attribute): string {
  return attribute.value.tag === TAG.BIT_STRING ? bitStringText(attribute) : valueText(attribute);
}

/** RFC 4514 2.4: `#` and the value's bits in hexadecimal. Only x500UniqueIdentifier is a bit string (X.520 6.2.7). */
function bitStringText({ type, value }: Attribute): string {
  if (type !== UNIQUE_IDENTIFIER) throw malformed(`${WHAT} has a bit string for ${longName(type)}`);
  readBitString(value, WHAT);
  return `#${value.raw.toHex()}`;
}

function valueText({ type, value }: Attribute): string {
  const decode = DECODERS.get(value.tag);
  if (decode === undefined) {
    throw malformed(`${WHAT} has a value of tag ${value.tag} for ${longName(type)}, which is no string`);
  }
  try {
    return decode(value.content);
  } catch (cause) {
    const problem = cause instanceof ForeignByte ? cause.message : "does not decode by its type";
    throw malformed(`${WHAT} has a string for ${longName(type)} that ${problem}`, {
      cause,
      hint: "write a UTF8String",
    });
  }
}

function longName(type: string): string {
  return LONG_NAME[type] ?? type;
}

/** RFC 4514 2.4, and what could deceive. */
function escapeText(text: string): string {
  return escapeControls(text.replace(/["+,;<>\\]/g, "\\$&")).replace(/^[ #]| $/g, "\\$&");
}

function escapeBytes(character: string): string {
  return utf8(character).toHex().replace(/../g, "\\$&");
}

/** A byte that a string's type has no room for; the message names both. */
class ForeignByte extends RangeError {
  constructor(byte: number, typeName: string) {
    const isVisible = byte > 0x20 && byte < 0x7f;
    const shown = isVisible
      ? `the character "${String.fromCharCode(byte)}"`
      : `the byte 0x${byte.toString(16).padStart(2, "0")}`;
    super(`has ${shown}, which the type ${typeName} has no room for`);
  }
}

function alphabet(typeName: string, foreign: RegExp): Decoder {
  return (content) => {
    const text = latin1.decode(content);
    // This decoder gives one character for each byte.
    const byte = content[text.search(foreign)];
    if (byte !== undefined) throw new ForeignByte(byte, typeName);
    return text;
  };
}

function decodeUtf32(content: Uint8Array): string {
  if (content.length % 4 !== 0) throw new RangeError("cut short");
  const view = new DataView(content.buffer, content.byteOffset, content.byteLength);
  let text = "";
  for (let offset = 0; offset < content.length; offset += 4) text += String.fromCodePoint(view.getUint32(offset));
  if (!text.isWellFormed()) throw new RangeError("a surrogate");
  return text;
}
