/** Distinguished names as people write them (RFC 4514), into DER: the way back from `nameToText`. */
import type { Bytes } from "../bytes.ts";
import { fromUtf8, utf8 } from "../bytes.ts";
import { malformed } from "../errors.ts";
import { TAG } from "../der/tags.ts";
import { derElement, derOid, derSequence, derSetOf, derUtf8String } from "../der/writer.ts";

/** Attribute types by the short names of RFC 4514 3, and two more that openssl knows. */
const TYPES: Readonly<Record<string, string>> = {
  CN: "2.5.4.3",
  L: "2.5.4.7",
  ST: "2.5.4.8",
  O: "2.5.4.10",
  OU: "2.5.4.11",
  C: "2.5.4.6",
  STREET: "2.5.4.9",
  SERIALNUMBER: "2.5.4.5",
  EMAILADDRESS: "1.2.840.113549.1.9.1",
  DC: "0.9.2342.19200300.100.1.25",
  UID: "0.9.2342.19200300.100.1.1",
};

/** Their syntax is IA5String (RFC 4519 2.4, RFC 2985 5.2.1); country and serial number are PrintableString. */
const STRING_TAG: Readonly<Record<string, number>> = {
  [TYPES["DC"] ?? ""]: TAG.IA5_STRING,
  [TYPES["EMAILADDRESS"] ?? ""]: TAG.IA5_STRING,
  [TYPES["C"] ?? ""]: TAG.PRINTABLE_STRING,
  [TYPES["SERIALNUMBER"] ?? ""]: TAG.PRINTABLE_STRING,
};

/**
 * Name from `CN=host.example.com,O=Example`: last part first, as RFC 4514 has it. Values in quotes and in `#`
 * hexadecimal are not taken.
 * @throws `malformed` with what cannot be read
 */
export function nameFromText(text: string): Bytes {
  if (text.trim() === "") throw malformed("a name is empty");
  const sets = split(text, ",").toReversed().map((part) => derSetOf(...split(part, "+").map(attributeDer)));
  return derSequence(...sets);
}

/** Cut at each `separator` that no backslash stands before. */
function split(text: string, separator: string): string[] {
  const parts = [""];
  for (const [token] of text.matchAll(/\\.|[^]/gsu)) {
    if (token === separator) parts.push("");
    else parts.push((parts.pop() ?? "") + token);
  }
  return parts;
}

function attributeDer(text: string): Bytes {
  const [, name = "", raw = ""] = /^\s*([A-Za-z][A-Za-z0-9-]*|\d+(?:\.\d+)+)\s*=\s*(.*)$/s.exec(text) ?? [];
  const oid = TYPES[name.toUpperCase()] ?? (/^\d/.test(name) ? name : undefined);
  if (oid === undefined) {
    throw malformed(`${JSON.stringify(text)} is not a part of a name`, {
      hint: `write it like CN=host.example.com,O=Example; known are ${Object.keys(TYPES).join(", ")}`,
    });
  }
  const value = unescape(trimmed(raw));
  if (value === "" || /^["#]/.test(raw)) throw malformed(`${JSON.stringify(text)}: the value cannot be used`);
  return derSequence(typeDer(oid), stringDer(oid, value));
}

/** Numbers with dots between are not always an object identifier: the first two have limits. */
function typeDer(oid: string): Bytes {
  try {
    return derOid(oid);
  } catch (cause) {
    if (cause instanceof RangeError) throw malformed(`${oid} is not an object identifier`, { cause });
    throw cause;
  }
}

function stringDer(oid: string, value: string): Bytes {
  const tag = STRING_TAG[oid];
  if (tag === undefined) return derUtf8String(value);
  const allowed = tag === TAG.IA5_STRING ? /^[\x20-\x7e]*$/ : /^[A-Za-z0-9 '()+,\-./:=?]*$/;
  if (!allowed.test(value)) throw malformed(`${JSON.stringify(value)} has characters that its type does not allow`);
  return derElement(tag, utf8(value));
}

/** Without the spaces around it; an escaped one at the end stays. */
function trimmed(raw: string): string {
  const [, inner = ""] = /^ *((?:\\.|[^\\])*?) *$/s.exec(raw) ?? [];
  return inner;
}

/** RFC 4514 2.4: a backslash before a special character, or before two hexadecimal digits that are a byte of UTF-8. */
function unescape(text: string): string {
  return text.replace(/((?:\\[0-9A-Fa-f]{2})+)|\\(.)/gsu, (_, bytes: string | undefined, character: string) => {
    return bytes === undefined ? character : decodeBytes(bytes.replaceAll("\\", ""));
  });
}

function decodeBytes(digits: string): string {
  try {
    return fromUtf8(Uint8Array.fromHex(digits));
  } catch {
    throw malformed(`the escaped bytes ${digits} of a name are not UTF-8`);
  }
}
