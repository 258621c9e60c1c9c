/** What the routes of the register do: certificates, events, details of requests, the server's status. */
import type { RegisterRecord } from "../../core/ca/register.ts";
import { type CaName, type RecordedEvent } from "../../core/ca/stores.ts";
import { CaucaseError } from "../../core/errors.ts";
import { encodePem, PEM_LABEL } from "../../core/pem.ts";
import { writeEventList } from "../../core/protocol/event_list.ts";
import { writePendingDetails } from "../../core/protocol/pending_details.ts";
import { type CertificateEntry, writeCertificateEntry, writeCertificateList } from "../../core/protocol/register.ts";
import { readEventQuery, readRegisterQuery } from "../../core/protocol/register_query.ts";
import { writeServerStatus } from "../../core/protocol/server_status.ts";
import { describeCertificate } from "../../core/x509/subject_facts.ts";
import type { Answer, Exchange } from "../http/exchange.ts";
import { inTurns } from "../in_turns.ts";
import type { CaucaseHandlers, UserCall } from "./handlers.ts";
import { acceptsType, taggedAnswer } from "./json_answer.ts";
import { parseRequestId, parseSerial, queryOf } from "./request_parts.ts";

export type RegisterRoute = "register" | "registered" | "events" | "status" | "pendingDetails";

export const REGISTER_HANDLERS: Pick<CaucaseHandlers, RegisterRoute> = {
  register: ({ exchange, parameters: { ca } }) => {
    const query = readRegisterQuery(queryOf(exchange));
    return async ({ authorities, now }) => {
      const { records, next } = await authorities[ca].register.list(query, now);
      const certificates = await inTurns(entries(ca, records));
      return taggedAnswer(exchange, writeCertificateList({ certificates, next: next ?? null }));
    };
  },
  registered: ({ exchange, parameters: { ca, serial } }) => {
    const number = parseSerial(serial);
    return async ({ authorities, now }) => {
      const record = await authorities[ca].register.find(number, now);
      if (record === undefined) throw notInRegister();
      return oneCertificate(exchange, ca, record);
    };
  },
  events: ({ exchange, parameters: { ca } }) => {
    const query = readEventQuery(queryOf(exchange));
    return async (call) => taggedAnswer(exchange, writeEventList(await eventsOf(ca, query, call)));
  },
  pendingDetails: ({ exchange, parameters: { ca, csr_id } }) => {
    const id = parseRequestId(csr_id);
    return async ({ authorities, now }) =>
      taggedAnswer(exchange, writePendingDetails(await authorities[ca].pending.find(id, now)));
  },
  status: ({ exchange }) => async ({ status, now }) => taggedAnswer(exchange, writeServerStatus(await status(now))),
};

function notInRegister(): CaucaseError {
  return new CaucaseError("not-found", "the register has no certificate with this serial number");
}

function* entries(ca: CaName, records: readonly RegisterRecord[]): Generator<void, CertificateEntry[]> {
  const made: CertificateEntry[] = [];
  for (const record of records) {
    made.push(entryOf(ca, record));
    yield;
  }
  return made;
}

/** The certificate itself where `Accept` names a type of it, else what is known of it. */
function oneCertificate(exchange: Exchange, ca: CaName, record: RegisterRecord): Answer {
  const { der } = record.certificate;
  if (acceptsType(exchange, "application/pkix-cert")) {
    return taggedAnswer(exchange, der, { "Content-Type": "application/pkix-cert" });
  }
  if (acceptsType(exchange, "application/x-pem-file", "application/pem-certificate-chain")) {
    return taggedAnswer(exchange, encodePem(PEM_LABEL.CERTIFICATE, der), { "Content-Type": "application/x-pem-file" });
  }
  return taggedAnswer(exchange, writeCertificateEntry(entryOf(ca, record)));
}

function entryOf(ca: CaName, record: RegisterRecord): CertificateEntry {
  const { certificate, status, renewedBy, revocation, installation } = record;
  const { serial, issuer, requestId, profile, origin, actor, issuedAt, notBefore, notAfter, der } = certificate;
  return {
    ...{ ca, serial, issuer, ...describeCertificate(der), notBefore, notAfter, issuedAt, profile, requestId },
    ...{ status, origin, by: actor ?? null, renewedBy: renewedBy ?? null, revocation: revocation ?? null },
    installation: installation ?? null,
  };
}

/** Events that are looked at for one page: those of all CAs are in one list. */
const LOOKED_AT = 10_000;
const LOOKED_AT_ONCE = 500;

/** A page may be short, and not the last: `next` says how far it looked. */
async function eventsOf(
  ca: CaName,
  { after, limit }: { readonly after: bigint; readonly limit: number },
  { events }: UserCall,
): Promise<{ readonly events: readonly RecordedEvent[]; readonly next: bigint | null }> {
  const found: RecordedEvent[] = [];
  let last = after;
  for (let looked = 0; looked < LOOKED_AT; looked += LOOKED_AT_ONCE) {
    const some = await events(last, LOOKED_AT_ONCE);
    for (const event of some) {
      if (event.ca === ca && found.length === limit) return { events: found, next: last };
      if (event.ca === ca) found.push(event);
      last = event.id;
    }
    if (some.length < LOOKED_AT_ONCE) return { events: found, next: null };
  }
  return { events: found, next: last };
}
