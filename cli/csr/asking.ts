/** Asks the server about requests: with its details where it has them, else as every server of caucase answers. */
import { CaucaseError, describeError } from "../../core/errors.ts";
import type { PendingDetails } from "../../core/protocol/pending_details.ts";
import type { PublicCa } from "../../core/protocol/routes.ts";
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
  readonly csrPem: string;
}

/** @throws `not-found` when there is none with that id, as after it was rejected */
export async function oneRequest(api: ApiClient, ca: PublicCa, id: string): Promise<ShownRequest> {
  const csrPem = await api.request(id);
  if (csrPem === undefined) {
    throw new CaucaseError("not-found", "no such request", {
      hint: ca === "cas" ? "requests of users need --mode user" : "requests of services need --mode service",
    });
  }
  const details = await detailsOf(csrPem, { ca, id });
  const told = await api.requestDetails(id);
  const { receivedAt, receivedFrom, account } = told ?? details;
  return { csrPem, details: { ...details, receivedAt, receivedFrom, account } };
}
