/** What one updater keeps: from raw options, of the command line or of a configuration file, to checked ones. */
import { resolve } from "node:path";
import * as v from "valibot";
import { CaucaseError } from "../../core/errors.ts";
import { SECONDS_PER_DAY } from "../../core/ca/lifecycle.ts";
import {
  checkGeneralNames,
  dnsName,
  emailName,
  ipAddress,
  subjectAltNameExtension,
  uriName,
} from "../../core/x509/general_name.ts";
import { EMPTY_NAME } from "../../core/x509/name.ts";
import { nameFromText } from "../../core/x509/name_text.ts";
import { ApiClient } from "../net/api_client.ts";
import { parseFingerprint } from "../ca_fingerprint.ts";
import type { RequestContent } from "../new_request.ts";
import { SHORTEST_PAUSE } from "./jitter.ts";

export interface CertificateFiles {
  readonly certificatePath: string;
  /** May be the same file. */
  readonly keyPath: string;
  readonly csrPath: string;
  /** What a request that the updater makes itself, with its key, asks for; otherwise somebody else has to. */
  readonly identity: RequestContent | undefined;
}

/** One set of files to keep up to date. Spans are seconds. */
export interface UpdaterEntry {
  /** For logs: the path of what matters most in it. */
  readonly name: string;
  readonly caUrl: string;
  readonly mode: "service" | "user";
  /** Stores: CA certificates for services, CA certificates and CRLs of the mode. */
  readonly casCaPath: string;
  readonly caPath: string;
  readonly crlPath: string;
  readonly certificate: CertificateFiles | undefined;
  /** Pins of the first CA certificates, for services and of users. */
  readonly caFingerprint: string | undefined;
  readonly userCaFingerprint: string | undefined;
  readonly threshold: number;
  readonly crlThreshold: number;
  readonly maxSleep: number;
  readonly keyBits: number;
  readonly onRenew: string | undefined;
  readonly hookTimeout: number;
  readonly exitOnHookFailure: boolean;
  /** Whether the server is told what was installed; undefined: where it knows such reports. */
  readonly report: boolean | undefined;
  readonly statePath: string;
}

const path = v.pipe(v.string(), v.nonEmpty("it is empty"));
const texts = v.array(path);
const dayCount = v.pipe(v.number(), v.finite(), v.minValue(0, "it is negative"));

/**
 * Members of an entry in a configuration file, named as the options. Spans are days but for `hookTimeout` (seconds).
 */
export const RAW_ENTRY = v.strictObject({
  caUrl: v.optional(v.string()),
  casCa: v.optional(path),
  ca: v.optional(path),
  crl: v.optional(path),
  crt: v.optional(path),
  key: v.optional(path),
  csr: v.optional(path),
  subject: v.optional(v.string()),
  dns: v.optional(texts),
  ip: v.optional(texts),
  email: v.optional(texts),
  uri: v.optional(texts),
  caFingerprint: v.optional(v.string()),
  userCaFingerprint: v.optional(v.string()),
  threshold: v.optional(dayCount),
  crlThreshold: v.optional(dayCount),
  keyLen: v.optional(v.pipe(v.number(), v.integer(), v.minValue(2048), v.maxValue(16_384), v.multipleOf(8))),
  maxSleep: v.optional(dayCount),
  onRenew: v.optional(v.string()),
  hookTimeout: v.optional(v.pipe(v.number(), v.finite(), v.minValue(1))),
  exitOnHookFailure: v.optional(v.boolean()),
  report: v.optional(v.boolean()),
  mode: v.optional(v.picklist(["service", "user"])),
  state: v.optional(path),
});

export type RawEntry = v.InferOutput<typeof RAW_ENTRY>;

/**
 * Checks what belongs together and fills in defaults. `nameOf` turns a member's name into what the person wrote:
 * `--cas-ca`.
 * @throws `usage` naming the member
 */
export function toEntry(raw: RawEntry, nameOf: (member: string) => string): UpdaterEntry {
  const required = (member: "caUrl" | "casCa" | "ca" | "crl"): string => {
    const value = raw[member];
    if (value === undefined) throw new CaucaseError("usage", `${nameOf(member)} is missing`);
    return value;
  };
  const caUrl = required("caUrl");
  checkUrl(caUrl, nameOf("caUrl"));
  const certificate = certificateFiles(raw, nameOf);
  const caPath = required("ca");
  const name = certificate?.certificatePath ?? caPath.replace(/(?<=.)\/+$/, "");
  const entry: UpdaterEntry = {
    name,
    caUrl,
    mode: raw.mode ?? "service",
    casCaPath: required("casCa"),
    caPath,
    crlPath: required("crl"),
    certificate,
    caFingerprint: fingerprint(raw.caFingerprint, nameOf("caFingerprint")),
    userCaFingerprint: fingerprint(raw.userCaFingerprint, nameOf("userCaFingerprint")),
    threshold: (raw.threshold ?? 31) * SECONDS_PER_DAY,
    crlThreshold: (raw.crlThreshold ?? 7) * SECONDS_PER_DAY,
    maxSleep: Math.max(raw.maxSleep ?? 31, SHORTEST_PAUSE / SECONDS_PER_DAY) * SECONDS_PER_DAY,
    keyBits: raw.keyLen ?? 2048,
    onRenew: raw.onRenew,
    hookTimeout: raw.hookTimeout ?? 300,
    exitOnHookFailure: raw.exitOnHookFailure ?? false,
    report: raw.report,
    statePath: raw.state ?? `${name}.caucase-updater.json`,
  };
  requireSeparateFiles(entry, nameOf);
  return entry;
}

/** The files that nobody else may keep. */
export function ownFiles({ certificate, statePath }: UpdaterEntry): string[] {
  if (certificate === undefined) return [statePath];
  return [...new Set([certificate.certificatePath, certificate.keyPath, certificate.csrPath, statePath])];
}

/** Only the key may share a file, with its certificate: anything else would be overwritten. */
function requireSeparateFiles(entry: UpdaterEntry, nameOf: (member: string) => string): void {
  const { certificate, statePath, casCaPath, caPath, crlPath } = entry;
  const taken = new Set([casCaPath, caPath, crlPath].map((path) => resolve(path)));
  if (certificate !== undefined) {
    for (const path of [certificate.certificatePath, certificate.keyPath]) taken.add(resolve(path));
  }
  for (const [member, path] of [["csr", certificate?.csrPath], ["state", statePath]] as const) {
    if (path === undefined) continue;
    if (taken.has(resolve(path))) {
      throw new CaucaseError("usage", `${nameOf(member)}: ${path} is used for something else already`);
    }
    taken.add(resolve(path));
  }
}

function certificateFiles(raw: RawEntry, nameOf: (member: string) => string): CertificateFiles | undefined {
  const { crt } = raw;
  const identity = identityOf(raw, nameOf);
  if (crt !== undefined) {
    return { certificatePath: crt, keyPath: raw.key ?? crt, csrPath: raw.csr ?? `${crt}.csr`, identity };
  }
  const pointless = (["key", "csr"] as const).find((member) => raw[member] !== undefined);
  if (pointless !== undefined || identity !== undefined) {
    const given = pointless === undefined ? "what to ask for" : nameOf(pointless);
    throw new CaucaseError("usage", `${given} is of no use without ${nameOf("crt")}`);
  }
  return undefined;
}

/** The kinds of names that a certificate can be for. */
const NAME_FORMS = { dns: dnsName, ip: ipAddress, email: emailName, uri: uriName } as const;

/** The same name; refused before a server refuses it. */
function usable(name: Uint8Array): Uint8Array {
  checkGeneralNames(subjectAltNameExtension([name], false).value);
  return name;
}

function identityOf(raw: RawEntry, nameOf: (member: string) => string): RequestContent | undefined {
  const names = (["dns", "ip", "email", "uri"] as const).flatMap((form) =>
    (raw[form] ?? []).map((text) => about(nameOf(form), () => usable(NAME_FORMS[form](text))))
  );
  const { subject } = raw;
  if (subject === undefined && names.length === 0) return undefined;
  return {
    subject: subject === undefined ? EMPTY_NAME : about(nameOf("subject"), () => nameFromText(subject)),
    // RFC 5280 4.2.1.6: critical where the subject says nothing.
    extensions: names.length === 0 ? [] : [subjectAltNameExtension(names, subject === undefined)],
  };
}

function fingerprint(text: string | undefined, name: string): string | undefined {
  const parsed = text === undefined ? undefined : parseFingerprint(text);
  if (text === undefined || parsed !== undefined) return parsed;
  throw new CaucaseError("usage", `${name}: ${JSON.stringify(text)} is not sha256: and 64 hexadecimal digits`);
}

function checkUrl(url: string, name: string): void {
  try {
    new ApiClient(url, "cas");
  } catch (error) {
    if (!(error instanceof CaucaseError)) throw error;
    throw new CaucaseError("usage", error.message.replace("--ca-url", name), error.details);
  }
}

/** What `read` returns; a refusal becomes one of the command line or the configuration file. */
function about<T>(name: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof CaucaseError)) throw error;
    throw new CaucaseError("usage", `${name}: ${error.message}`, error.details);
  }
}
