/** GeneralName and what holds lists of them (RFC 5280 4.2.1.6). */
import { asciiText } from "../text.ts";
import { type Bytes, utf8 } from "../bytes.ts";
import { malformed } from "../errors.ts";
import { checkNested, type DerElement, DerReader, openDer, readOid } from "../der/reader.ts";
import { TAG } from "../der/tags.ts";
import { derImplicit, derSequence } from "../der/writer.ts";
import type { Extension } from "./extension.ts";
import { ipAddressToText, parseIpAddress } from "./ip_address.ts";
import { escapeControls, nameToText } from "./name.ts";
import { OID } from "../der/oids.ts";

const WHAT = "general name";

/** Context tag numbers of the name forms that we write. */
const FORM = { EMAIL: 1, DNS: 2, URI: 6, IP: 7 } as const;

export interface GeneralName {
  /** `DNS`, `IP`, `email`, `URI`, `DirName`, `RID`, `otherName`, `X400Name` or `EdiPartyName`. */
  readonly form: string;
  /** For people; control characters are escaped. Forms that nobody uses show their bytes in hexadecimal. */
  readonly text: string;
}

interface Form {
  readonly form: string;
  /** @throws `malformed` when the element is not of this form */
  readonly read: (element: DerElement) => string;
}

const FORMS: ReadonlyMap<number, Form> = new Map<number, Form>([
  [TAG.CONTEXT_CONSTRUCTED | 0, { form: "otherName", read: readOtherName }],
  [TAG.CONTEXT | FORM.EMAIL, { form: "email", read: readAscii }],
  [TAG.CONTEXT | FORM.DNS, { form: "DNS", read: readAscii }],
  [TAG.CONTEXT_CONSTRUCTED | 3, { form: "X400Name", read: readUnknown }],
  [TAG.CONTEXT_CONSTRUCTED | 4, { form: "DirName", read: ({ content }) => nameToText(content) }],
  [TAG.CONTEXT_CONSTRUCTED | 5, { form: "EdiPartyName", read: readUnknown }],
  [TAG.CONTEXT | FORM.URI, { form: "URI", read: readAscii }],
  [TAG.CONTEXT | FORM.IP, { form: "IP", read: readIpAddress }],
  [TAG.CONTEXT | 8, { form: "RID", read: (element) => readOid(element, WHAT) }],
]);

/** dNSName; international names in their A-label form. @throws `malformed` when not printable ASCII */
export function dnsName(name: string): Bytes {
  return asciiName(FORM.DNS, name);
}

/** rfc822Name. @throws `malformed` when not printable ASCII */
export function emailName(address: string): Bytes {
  return asciiName(FORM.EMAIL, address);
}

/** uniformResourceIdentifier. @throws `malformed` when not printable ASCII */
export function uriName(uri: string): Bytes {
  return asciiName(FORM.URI, uri);
}

/** iPAddress, from text or from 4 or 16 bytes. @throws `malformed` */
export function ipAddress(address: string | Uint8Array): Bytes {
  const bytes = typeof address === "string" ? parseIpAddress(address) : address;
  if (bytes?.length !== 4 && bytes?.length !== 16) throw malformed(`${address} is not an IP address`);
  return derImplicit(FORM.IP, bytes);
}

/**
 * What certifies a host that is reached as `host`: its iPAddress if it is numeric (brackets allowed), else its dNSName.
 * @throws `malformed`
 */
export function hostName(host: string): Bytes {
  // An empty DNS name would stand for all of them in name constraints.
  if (host === "") throw malformed("host is empty");
  return parseIpAddress(host) === undefined ? dnsName(host) : ipAddress(host);
}

/** subjectAltName (RFC 5280 4.2.1.6) of encoded names. */
export function subjectAltNameExtension(names: readonly Uint8Array[], critical: boolean): Extension {
  return { oid: OID.SUBJECT_ALT_NAME, critical, value: derSequence(...names) };
}

/**
 * The names of a GeneralNames value, such as the one of subjectAltName.
 * @throws `malformed` when there is none, or one is not of its form
 */
export function parseGeneralNames(value: Uint8Array): GeneralName[] {
  const reader = openDer(value, TAG.SEQUENCE, "list of general names");
  const names: GeneralName[] = [];
  while (!reader.done) names.push(parseGeneralName(reader.any()));
  if (names.length === 0) throw malformed("list of general names is empty");
  return names;
}

/**
 * As {@link parseGeneralNames}, for names that a certificate is to have: strict readers refuse the whole certificate
 * for one that names nothing, or for a host name that is none.
 * @throws `malformed`, naming it
 */
export function checkGeneralNames(value: Uint8Array): void {
  for (const { form, text } of parseGeneralNames(value)) {
    const breach = form === "DNS" ? hostBreach(text) : form === "email" ? mailboxBreach(text) : emptyBreach(text);
    if (breach !== undefined) {
      throw malformed(`the ${FORM_NAME[form] ?? form} ${quoted(text)} ${breach}`, { hint: "ask for other names" });
    }
  }
}

/** How people call the forms, where it is not how X.509 does. */
const FORM_NAME: Readonly<Record<string, string>> = { DNS: "host name", email: "mailbox", IP: "IP address" };

/** RFC 1034 3.1, no more: underscores are in use, and so is a wildcard as the first label. */
function hostBreach(host: string): string | undefined {
  if (host === "") return "is empty";
  if (host.length > 253) return "has more than 253 characters";
  if (host.includes(" ")) return "has a blank";
  const lengths = host.split(".").map((label) => label.length);
  if (lengths.includes(0)) return "has an empty label";
  return Math.max(...lengths) > 63 ? "has a label of more than 63 characters" : undefined;
}

/** RFC 5321 4.1.2 has something on both sides of the `@`; one without it is left as it is. */
function mailboxBreach(mailbox: string): string | undefined {
  if (mailbox === "") return "is empty";
  if (mailbox.startsWith("@")) return "has nothing before the @";
  return mailbox.endsWith("@") ? "has nothing after the @" : undefined;
}

function emptyBreach(text: string): string | undefined {
  return text === "" ? "is empty" : undefined;
}

/** Characters of a name that an error repeats. */
const LONGEST_QUOTE = 80;

function quoted(text: string): string {
  return JSON.stringify(text.length > LONGEST_QUOTE ? `${text.slice(0, LONGEST_QUOTE)}…` : text);
}

function parseGeneralName(element: DerElement): GeneralName {
  const known = FORMS.get(element.tag);
  if (known === undefined) throw malformed(`${WHAT} has the unknown tag ${element.tag}`);
  return { form: known.form, text: escapeControls(known.read(element)) };
}

function asciiName(form: number, text: string): Bytes {
  if (!isPrintable(text)) throw malformed(`${WHAT} ${JSON.stringify(text)} is not printable ASCII`);
  return derImplicit(form, utf8(text));
}

function readAscii({ content }: DerElement): string {
  const text = asciiText(content);
  if (!isPrintable(text)) throw malformed(`${WHAT} is not printable ASCII`);
  return text;
}

function readIpAddress({ content }: DerElement): string {
  if (content.length !== 4 && content.length !== 16) {
    throw malformed(`${WHAT} has an IP address of ${content.length} bytes`);
  }
  return ipAddressToText(content);
}

function readOtherName(element: DerElement): string {
  const reader = new DerReader(element.content, WHAT);
  const type = reader.oid();
  const wrapped = reader.enter(TAG.CONTEXT_CONSTRUCTED);
  const value = wrapped.any();
  wrapped.end();
  reader.end();
  checkNested(value, WHAT);
  return `${type}=${value.raw.toHex()}`;
}

function readUnknown(element: DerElement): string {
  checkNested(element, WHAT);
  return element.content.toHex();
}

/**
 * IA5String has control characters too; no host, mailbox or URI has: readers that stop at a zero byte see another name.
 */
function isPrintable(text: string): boolean {
  return /^[\x20-\x7e]*$/.test(text);
}
