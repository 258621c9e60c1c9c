/** A certificate of the register as lines for people. */
import type { Actor } from "../../core/ca/actor.ts";
import type { Origin } from "../../core/ca/events.ts";
import type { CertificateEntry } from "../../core/protocol/register.ts";
import { factLines } from "../output/table.ts";
import { minuteText, relativeText } from "../output/times.ts";
import { installationText } from "./list.ts";

/** What is said beside the entry itself. */
export interface CertificateContext {
  /** Unix seconds. */
  readonly now: number;
  /** Users by their serial numbers, for people. */
  readonly names: ReadonlyMap<bigint, string>;
  /** Serial numbers of the renewals that led to it and followed it, oldest first, itself among them. */
  readonly chain: readonly CertificateEntry[];
}

export function certificateLines(entry: CertificateEntry, { now, names, chain }: CertificateContext): string[] {
  const { ca, serial, subject, dns, ip, otherNames, key, issuer, status, revocation } = entry;
  const { notBefore, notAfter, issuedAt, profile, requestId, origin, by } = entry;
  const facts = [
    ["Certificate", [`${serial}, of a ${ca === "cas" ? "service" : "user"}`]],
    ["Status", [status]],
    ["Subject", [subject === "" ? "(empty)" : subject]],
    ["DNS names", dns],
    ["IP addresses", ip],
    ["Other names", otherNames],
    ["Key", [`${key.kind}, SHA-256 ${key.sha256}`]],
    ["Valid", [`from ${minuteText(notBefore)}`, `until ${minuteText(notAfter)}, ${relativeText(notAfter, now)}`]],
    ["Issued", [`${minuteText(issuedAt)}, ${originText(origin, by, names)}`, `by the CA key ${issuer}`]],
    ["Approved", approvalLines(entry, chain, names)],
    ["Profile", [profile]],
    ["Request", [`${requestId}`]],
    ["Installed", entry.installation === null ? [] : [installationText(entry, now)]],
    ["Renewals", chain.length < 2 ? [] : chain.map((one) => chainText(one, serial))],
    [
      "Revoked",
      revocation === null ? [] : [
        `${minuteText(revocation.at)}${revocation.by === null ? "" : ` by ${actorText(revocation.by, names)}`}` +
        (revocation.reason === null ? "" : `: ${revocation.reason}`),
      ],
    ],
  ] as const;
  return factLines(facts.filter(([, lines]) => lines.length > 0));
}

/** Where it is a renewal: how the first certificate of the chain came about. */
function approvalLines(
  entry: CertificateEntry,
  chain: readonly CertificateEntry[],
  names: ReadonlyMap<bigint, string>,
) {
  const [first = entry] = chain;
  const { issuedAt, serial, origin, by } = first;
  if (serial === entry.serial) return [];
  return [`${minuteText(issuedAt)}, the first one of its renewals, ${originText(origin, by, names)}`];
}

function chainText({ serial, issuedAt, status }: CertificateEntry, shown: bigint): string {
  return `${serial === shown ? "> " : "  "}${minuteText(issuedAt)}  ${serial}  ${status}`;
}

function originText(origin: Origin, by: Actor | null, names: ReadonlyMap<bigint, string>): string {
  const whose = by === null ? "" : ` by ${actorText(by, names)}`;
  switch (origin.kind) {
    case "automatic":
      return "signed without asking";
    case "approved":
      return `approved${whose}`;
    case "renewal":
      return `the renewal of ${origin.of}`;
    case "restore":
      return `made by a restore, in place of ${origin.of}`;
    case "acme":
      return `ordered over ACME by the account ${origin.account}${by?.kind === "user" ? `, approved${whose}` : ""}`;
    case "server":
      return "for the server itself";
    case "found":
      return "found in a database that does not say how it came about";
  }
}

export function actorText(actor: Actor, names: ReadonlyMap<bigint, string>): string {
  switch (actor.kind) {
    case "user":
      return names.get(actor.serial) ?? `the user with certificate ${actor.serial}`;
    case "holder":
      return "its holder";
    case "account":
      return `the account ${actor.id}`;
    case "anonymous":
      return `somebody at ${actor.address}`;
    case "server":
      return "the server";
    case "operator":
      return "somebody at the server's machine";
  }
}
