/** Signing with other names than those that were asked for: a template, made for this one time. */
import { utf8 } from "../../core/bytes.ts";
import { OID } from "../../core/der/oids.ts";
import { CaucaseError } from "../../core/errors.ts";
import { generateRsaKey } from "../../core/host/generate_key.ts";
import { signerFor } from "../../core/keys/signer.ts";
import { buildCsr, csrFromPem } from "../../core/x509/csr.ts";
import { checkGeneralNames, dnsName, ipAddress, subjectAltNameExtension } from "../../core/x509/general_name.ts";
import { namesNothing } from "../../core/x509/name.ts";
import { nameFromText } from "../../core/x509/name_text.ts";
import type { ShownRequest } from "./asking.ts";
import { detailsOf } from "./request_details.ts";

/** What takes the place of what was asked for; what is undefined stays. */
export interface OtherNames {
  /** DER of a Name. */
  readonly subject: Uint8Array | undefined;
  /** Encoded names, instead of all names of subjectAltName. */
  readonly names: readonly Uint8Array[] | undefined;
}

/** What a request is signed with instead. */
export interface Template {
  /** PEM. */
  readonly csr: Uint8Array;
  /** The request as it will be signed. */
  readonly shown: ShownRequest;
}

interface GivenNames {
  readonly subject: string | undefined;
  readonly dns: readonly string[] | undefined;
  readonly ip: readonly string[] | undefined;
}

/** What the options say; undefined where they say nothing. @throws `usage`, naming the option */
export function otherNames({ subject, dns, ip }: GivenNames): OtherNames | undefined {
  if (subject === undefined && dns === undefined && ip === undefined) return undefined;
  const names = [
    ...(dns ?? []).map((name) => about("--dns", () => usable(dnsName(name)))),
    ...(ip ?? []).map((address) => about("--ip", () => usable(ipAddress(address)))),
  ];
  return {
    subject: subject === undefined ? undefined : about("--subject", () => nameFromText(subject)),
    names: names.length === 0 ? undefined : names,
  };
}

/** The request with these names, signed with a key that is forgotten at once: the server looks at the content alone. */
export async function withOtherNames({ csrPem, details }: ShownRequest, wanted: OtherNames): Promise<Template> {
  const csr = await csrFromPem(utf8(csrPem));
  const subject = wanted.subject ?? csr.subject;
  const others = csr.extensions.filter(({ oid }) => wanted.names === undefined || oid !== OID.SUBJECT_ALT_NAME);
  const names = wanted.names === undefined ? [] : [subjectAltNameExtension(wanted.names, namesNothing(subject))];
  const key = await generateRsaKey(2048);
  const templatePem = await buildCsr({ subject, extensions: [...others, ...names] }, await signerFor(key));
  const made = await detailsOf(templatePem, { ca: details.ca === "cau" ? "cau" : "cas", id: `${details.id}` });
  const { key: kept, receivedAt, receivedFrom, account, fingerprint } = details;
  return {
    csr: utf8(templatePem),
    shown: { csrPem: templatePem, details: { ...made, key: kept, receivedAt, receivedFrom, account, fingerprint } },
  };
}

/** The same name; refused before a server refuses it. */
function usable(name: Uint8Array): Uint8Array {
  checkGeneralNames(subjectAltNameExtension([name], false).value);
  return name;
}

function about<T>(option: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof CaucaseError)) throw error;
    throw new CaucaseError("usage", `${option}: ${error.message}`, error.details);
  }
}
