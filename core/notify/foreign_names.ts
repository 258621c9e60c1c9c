/** Names out of requests and certificates, which strangers chose, made fit for messages. */
import { OID } from "../der/oids.ts";
import { CaucaseError } from "../errors.ts";
import { type Extension, findExtension } from "../x509/extension.ts";
import { parseGeneralNames } from "../x509/general_name.ts";
import { nameToText } from "../x509/name.ts";

export interface ForeignNames {
  /** Subject and alternative names, such as `CN=www` and `DNS:www.example.org`: escaped, shortened, not too many. */
  readonly list: readonly string[];
  /** The first of them for a sentence: what programs might take for more than letters is `?`. */
  readonly plain: string;
}

/** How many names a message has at most, and how many characters each. */
const MOST_NAMES = 20;
const LONGEST_NAME = 100;
/** How many stand in a sentence. */
const IN_SENTENCE = 3;

/** What has names: a certificate or a request. */
export interface Named {
  /** DER of its subject. */
  readonly subject: Uint8Array;
  readonly extensions: readonly Extension[];
}

/** Never throws `malformed`: what cannot be read has no names. */
export function foreignNames({ subject, extensions }: Named): ForeignNames {
  const names = [...readable(() => [nameToText(subject)]), ...readable(() => alternativeNames(extensions))];
  const all = names.filter((name) => name !== "").map((name) => shortened(name, LONGEST_NAME));
  const left = all.length - MOST_NAMES;
  return {
    list: left > 0 ? [...all.slice(0, MOST_NAMES), `and ${left} more`] : all,
    plain: plainText(all),
  };
}

function alternativeNames(extensions: readonly Extension[]): string[] {
  const extension = findExtension(extensions, OID.SUBJECT_ALT_NAME);
  return extension === undefined ? [] : parseGeneralNames(extension.value).map(({ form, text }) => `${form}:${text}`);
}

function readable(read: () => string[]): string[] {
  try {
    return read();
  } catch (error) {
    if (error instanceof CaucaseError && error.code === "malformed") return [];
    throw error;
  }
}

/** By code points: no half of a character stays. */
export function shortened(text: string, longest: number): string {
  const characters = [...text];
  return characters.length > longest ? `${characters.slice(0, longest - 1).join("")}…` : text;
}

function plainText(names: readonly string[]): string {
  if (names.length === 0) return "no name";
  const said = names.slice(0, IN_SENTENCE).map(onlyLetters).join(" ");
  return names.length > IN_SENTENCE ? `${said} and ${names.length - IN_SENTENCE} more` : said;
}

/**
 * Chat programs read links, mentions of everybody and marks of their own in a text. Names of hosts and people need few
 * characters besides letters and digits that are seen; an at sign stands between two of those or not at all.
 */
function onlyLetters(name: string): string {
  return name.replace(/[^\p{L}\p{N} .,:=@_*-]|\p{Default_Ignorable_Code_Point}|(?<![a-z0-9])@|@(?![a-z0-9])/giu, "?");
}
