/** A request as lines for the person who decides about it: every name, the key, and what the profile changes. */
import type { ExtensionFacts, PendingDetails, ProfileChanges } from "../../core/protocol/pending_details.ts";
import { fingerprintLines } from "../output/fingerprint.ts";
import { factLines } from "../output/table.ts";
import { minuteText, relativeText } from "../output/times.ts";

/** @param now Unix seconds */
export function requestLines(details: PendingDetails, now: number): string[] {
  const { ca, id, subject, dns, ip, otherNames, key, requestedExtensions, changes } = details;
  const { receivedAt, receivedFrom, fingerprint } = details;
  const received = receivedAt === null ? [] : [
    `${minuteText(receivedAt)}, ${relativeText(receivedAt, now)}${
      receivedFrom === null ? "" : `, from ${receivedFrom}`
    }`,
  ];
  const facts = [
    ["Request", [`${id}, for a ${ca === "cas" ? "service" : "user"}`]],
    ["Subject", [subject === "" ? "(empty)" : subject]],
    ["DNS names", dns],
    ["IP addresses", ip],
    ["Other names", otherNames],
    ["Key", [key.kind]],
    ["Asks for", requestedExtensions.length === 0 ? [] : [requestedExtensions.map(extensionText).join(", ")]],
    ["The profile", changeLines(changes)],
    ["Received", received],
    ["Fingerprint", fingerprintLines(fingerprint)],
  ] as const;
  return factLines(facts.filter(([, lines]) => lines.length > 0));
}

/** What becomes of what was asked for. What every certificate gets is no change. */
function changeLines({ dropped, changed, namesDropped, refusal }: ProfileChanges): string[] {
  const lines = [
    ...(dropped.length > 0 ? [`leaves out ${dropped.map(extensionText).join(", ")}`] : []),
    ...(changed.length > 0 ? [`changes ${changed.map(extensionText).join(", ")}`] : []),
    ...(namesDropped.length > 0 ? [`leaves out the names ${namesDropped.join(", ")}`] : []),
    ...(refusal !== null ? [`refuses it: ${refusal}`] : []),
  ];
  return lines.length === 0 ? ["changes nothing"] : lines;
}

function extensionText({ oid, name, critical }: ExtensionFacts): string {
  return `${name ?? oid}${critical ? " (critical)" : ""}`;
}
