/**
 * Textual encoding of keys, certificates, requests and CRLs (RFC 7468), read strictly: no block is ever skipped in
 * silence.
 */
import type { Bytes } from "./bytes.ts";
import { malformed } from "./errors.ts";

/** Labels of RFC 7468 and, for the older key formats, of OpenSSL. */
export const PEM_LABEL = {
  CERTIFICATE: "CERTIFICATE",
  CSR: "CERTIFICATE REQUEST",
  /** What some software writes for the same structure. */
  NEW_CSR: "NEW CERTIFICATE REQUEST",
  CRL: "X509 CRL",
  PKCS8: "PRIVATE KEY",
  ENCRYPTED_PKCS8: "ENCRYPTED PRIVATE KEY",
  PKCS1: "RSA PRIVATE KEY",
  SEC1: "EC PRIVATE KEY",
} as const;

export interface PemBlock {
  readonly label: string;
  /** What the base64 text holds; for a block with headers that may be encrypted. */
  readonly der: Bytes;
  /** Lines like `Proc-Type: 4,ENCRYPTED` of RFC 1421; only old private keys have them. */
  readonly headers: readonly string[];
  /** Canonical form: 64 columns, LF, final newline. Made again each time it is read. */
  readonly text: string;
}

interface Boundary {
  readonly kind: "BEGIN" | "END";
  readonly label: string;
  readonly start: number;
  readonly end: number;
}

const COLUMNS = 64;
/** More blocks than anybody has CA certificates; a request of ten megabytes could hold a quarter of a million. */
const MAX_BLOCKS = 10_000;
const MARK = /-----(?:BEGIN|END)/g;
// A label has no hyphen at either end and none beside another (RFC 7468 3). Its length has an end, or a long line
// would exhaust the stack.
const BOUNDARY_LINE = /-----(BEGIN|END) ([!-,.-~](?:[- ]?[!-,.-~]){0,63})-----[ \t]*(?=[\r\n]|$)/y;
// Header lines, their continuations, and the empty line that ends them (RFC 1421 4.4).
const MAX_HEADERS_LENGTH = 4096;
const HEADERS = /^\n((?:[A-Za-z0-9-]+:.*\n(?:[ \t]+\S.*\n)*)+)[ \t]*\n/;

/**
 * All blocks of `text`, in order. Text around and between them, any line ends, any line width and trailing blanks are
 * fine.
 * @throws `malformed` for a boundary that is not alone on its line, without its counterpart or with another label, for
 * a body that is not base64 with its padding, and for more than 10 000 blocks
 */
export function decodePem(text: string): PemBlock[] {
  const blocks: PemBlock[] = [];
  for (let begin = nextBoundary(text, 0); begin !== undefined;) {
    if (blocks.length === MAX_BLOCKS) throw malformed(`PEM: more than ${MAX_BLOCKS} blocks`);
    if (begin.kind !== "BEGIN") throw malformed(`PEM: END ${begin.label} without its BEGIN`);
    const end = nextBoundary(text, begin.end);
    if (end === undefined || end.kind !== "END") throw malformed(`PEM: BEGIN ${begin.label} without its END`);
    if (end.label !== begin.label) throw malformed(`PEM: BEGIN ${begin.label} closed by END ${end.label}`);
    blocks.push(decodeBlock(begin.label, text.slice(begin.end, end.start)));
    begin = nextBoundary(text, end.end);
  }
  return blocks;
}

/** One block in canonical form: 64 columns, LF, final newline. */
export function encodePem(label: string, der: Uint8Array): string {
  return frame(label, "", der);
}

/** Labels that an error names. */
const MAX_NAMED = 3;

/**
 * The one block of `text` that has one of `labels`; blocks with other labels may stand around it. `what` names it in
 * errors.
 * @throws `malformed` when there is none or more than one, or when `text` is not PEM
 */
export function onlyPem(text: string, labels: readonly string[], what: string): PemBlock {
  const blocks = decodePem(text);
  const [block, another] = blocks.filter(({ label }) => labels.includes(label));
  if (block === undefined) {
    const found = [...new Set(blocks.map(({ label }) => label))].slice(0, MAX_NAMED).join(", ");
    throw malformed(`${what}: no PEM block with the label ${labels.join(" or ")}${found && `, but with ${found}`}`);
  }
  if (another !== undefined) throw malformed(`${what}: more than one PEM block where one belongs`);
  return block;
}

function nextBoundary(text: string, from: number): Boundary | undefined {
  const start = firstMark(text, from);
  if (start === undefined) return undefined;
  const atLineStart = start === 0 || text[start - 1] === "\n" || text[start - 1] === "\r";
  BOUNDARY_LINE.lastIndex = start;
  const match = atLineStart ? BOUNDARY_LINE.exec(text) : null;
  if (match === null) throw malformed("PEM: a BEGIN or END mark that is not alone on its line in the form of RFC 7468");
  const [line, kind, label = ""] = match;
  return { kind: kind === "BEGIN" ? "BEGIN" : "END", label, start, end: start + line.length };
}

function firstMark(text: string, from: number): number | undefined {
  MARK.lastIndex = from;
  return MARK.exec(text)?.index;
}

function decodeBlock(label: string, body: string): PemBlock {
  const { headers, base64 } = label.endsWith("PRIVATE KEY") ? splitHeaders(body) : { headers: [], base64: body };
  const der = decodeBase64(label, base64);
  return {
    label,
    der,
    headers,
    get text() {
      return frame(label, headers.map((line) => line + "\n").join("") + (headers.length > 0 ? "\n" : ""), der);
    },
  };
}

function splitHeaders(body: string): { headers: string[]; base64: string } {
  const start = body.slice(0, MAX_HEADERS_LENGTH).replaceAll(/\r\n?/g, "\n");
  const [whole, lines = ""] = HEADERS.exec(start) ?? [];
  if (whole === undefined) return { headers: [], base64: body };
  return {
    headers: lines.split("\n").filter((line) => line !== ""),
    base64: start.slice(whole.length) + body.slice(MAX_HEADERS_LENGTH),
  };
}

function decodeBase64(label: string, body: string): Bytes {
  let der: Bytes;
  try {
    der = Uint8Array.fromBase64(body, { lastChunkHandling: "strict" });
  } catch (cause) {
    throw malformed(`PEM: the body of ${label} is not base64`, { cause });
  }
  if (der.length === 0) throw malformed(`PEM: ${label} is empty`);
  return der;
}

function frame(label: string, head: string, der: Uint8Array): string {
  const base64 = der.toBase64();
  const lines: string[] = [];
  for (let from = 0; from < base64.length; from += COLUMNS) lines.push(base64.slice(from, from + COLUMNS));
  return `-----BEGIN ${label}-----\n${head}${lines.join("\n")}\n-----END ${label}-----\n`;
}
