/** Asks the server about requests: with its details where it has them, else as every server of caucase answers. */
import { utf8 } from "../../core/bytes.ts";
import { CaucaseError, describeError } from "../../core/errors.ts";
import { encodePem, PEM_LABEL } from "../../core/pem.ts";
import type { PendingDetails } from "../../core/protocol/pending_details.ts";
import type { PublicCa } from "../../core/protocol/routes.ts";
import { csrFromPem } from "../../core/x509/csr.ts";
import type { ApiClient } from "../net/api_client.ts";
import { printError } from "../terminal.ts";
import { detailsOf } from "./request_details.ts";

/** All pending requests, in the server's order. One that cannot be read is told on standard error. */
export async function pendingRequests(
  api: Pick<ApiClient, "pendingDetails">,
  ca: PublicCa,
): Promise<readonly PendingDetails[]> {
  const answer = await api.pendingDetails();
  if (answer.details !== undefined) return answer.details;
  const found: PendingDetails[] = [];
  for (const { id, csrPem } of answer.plain) {
    try {
      found.push(await detailsOf(csrPem, { ca, id }));
    } catch (error) {
      if (!(error instanceof CaucaseError)) throw error;
      printError(`warning: request ${id} cannot be read: ${describeError(error)}`);
    }
  }
  return found;
}

/** A request, with its PEM. */
export interface ShownRequest {
  readonly details: PendingDetails;
  /** The request alone: around the one that was sent there may be any text. */
  readonly csrPem: string;
}

/** A request as the server has it. */
export interface FoundRequest extends ShownRequest {
  /** Whether there is a certificate for it: it does not wait any more. */
  readonly isSigned: boolean;
}

/** What is said of a request that has a certificate. */
export function alreadySigned(id: string): string {
  return `it is signed already: caucase cert get --request ${id} fetches the certificate`;
}

/**
 * By HTTPS, as somebody decides by what it says: over HTTP, anybody on the way could show another one.
 * @throws `not-found` when there is none with that id, as after it was rejected
 */
export async function oneRequest(api: ApiClient, ca: PublicCa, id: string): Promise<FoundRequest> {
  const stored = await api.as({ secure: true }).request(id);
  if (stored === undefined) {
    throw new CaucaseError("not-found", "no such request", {
      hint: `caucase csr list shows those that wait; ${
        ca === "cas" ? "those of users need --mode user" : "those of services need --mode service"
      }`,
    });
  }
  const csrPem = encodePem(PEM_LABEL.CSR, (await csrFromPem(utf8(stored))).der);
  const details = await detailsOf(csrPem, { ca, id });
  const told = await api.requestDetails(id);
  const { receivedAt, receivedFrom, account } = told ?? details;
  const isSigned = told === undefined && await api.certificate(id) !== undefined;
  return { csrPem, isSigned, details: { ...details, receivedAt, receivedFrom, account } };
}
