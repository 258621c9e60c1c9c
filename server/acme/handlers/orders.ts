/** Orders (RFC 8555 7.4): made, read, finalized; and the certificates that come of them. */
import * as v from "valibot";
import { needsProof } from "../../../core/acme/acme_settings.ts";
import { fromBase64url } from "../../../core/acme/json_web_key.ts";
import { newId } from "../../../core/acme/key_authorization.ts";
import type { Identifier } from "../../../core/acme/identifier.ts";
import { type OrderRecord, orderState } from "../../../core/acme/order.ts";
import { readOrderCsr } from "../../../core/acme/order_csr.ts";
import { readOrderedNames } from "../../../core/acme/ordered_names.ts";
import { AcmeProblem } from "../../../core/acme/problem.ts";
import { encodePem, PEM_LABEL } from "../../../core/pem.ts";
import type { Answer } from "../../http/exchange.ts";
import { orderAnswer } from "../answers.ts";
import type { AccountCall, AcmeHandlers } from "../call.ts";
import { newAuthorization } from "../new_authorization.ts";
import { noSuch, readPayload, requireEmpty } from "../payload.ts";
import { DEFAULT_PROFILE, requireProfile } from "../profiles.ts";
import { replacedSerial } from "../replacing.ts";

type Orders = Pick<AcmeHandlers, "newOrder" | "order" | "finalize" | "certificate">;

export const ORDER_HANDLERS: Orders = {
  newOrder: () => newOrder,
  order: ({ parameters: { id } }) => (call) => readOrder(call, id),
  finalize: ({ parameters: { id } }) => (call) => finalize(call, id),
  certificate: ({ parameters: { id } }) => (call) => certificate(call, id),
};

const WrittenTime = v.pipe(v.string(), v.isoTimestamp(), v.transform((text) => Date.parse(text) / 1000));

const NewOrderShape = v.object({
  identifiers: v.array(v.object({ type: v.string(), value: v.string() })),
  notBefore: v.optional(WrittenTime),
  notAfter: v.optional(WrittenTime),
  profile: v.optional(v.string()),
  replaces: v.optional(v.string()),
});

async function newOrder(call: AccountCall): Promise<Answer> {
  const { account, payload, store, settings, now, random, urls } = call;
  const { limits, lives, policy, allow, deny } = settings;
  const wanted = readPayload(NewOrderShape, payload, "an order");
  const rules = { allow: [allow, account.allow], deny };
  const identifiers = readOrderedNames(wanted.identifiers, { most: limits.identifiersPerOrder, rules });
  requireDates(wanted, call);
  if (wanted.profile !== undefined) requireProfile(wanted.profile);
  const replaces = wanted.replaces === undefined ? undefined : await replacedSerial(wanted.replaces, identifiers, call);
  const authorizations = identifiers.map((identifier) => newAuthorization(identifier, call));
  const order = await store.orders.add({
    order: {
      ...{ id: newId(random), account: account.id, identifiers, replaces, createdAt: now },
      ...{ authorizations: authorizations.map(({ id }) => id), expires: now + lives.order },
      ...{ profile: wanted.profile ?? DEFAULT_PROFILE, requestId: undefined, error: undefined },
    },
    authorizations,
    reuse: needsProof(policy) && lives.validAuthorization > 0,
    pendingOrdersPerAccount: limits.pendingOrdersPerAccount,
    failuresPerName: limits.failuresPerName,
    now,
  });
  return orderAnswer(await ownOrder(call, order.id), { urls, now, status: 201 });
}

/** Seconds that a wanted date may be away from the one that a certificate gets. */
const NEAR = 3600;

/** Validity is the CA's to choose: dates are taken where it would choose the same. */
function requireDates(
  { notBefore, notAfter }: { readonly notBefore?: number | undefined; readonly notAfter?: number | undefined },
  { now, ca }: AccountCall,
): void {
  const isNear = (wanted: number | undefined, given: number) =>
    wanted === undefined || Math.abs(wanted - given) <= NEAR;
  if (isNear(notBefore, now) && isNear(notAfter, now + ca.lifeSpan)) return;
  throw new AcmeProblem("malformed", "a certificate is valid from now on, for as long as the directory says");
}

/** @throws `AcmeProblem` `malformed` (404) for one that is not the account's */
async function ownOrder({ store, account }: AccountCall, id: string): Promise<OrderRecord> {
  const record = await store.orders.find(id);
  if (record?.order.account !== account.id) throw noSuch("order");
  return record;
}

async function readOrder(call: AccountCall, id: string): Promise<Answer> {
  requireEmpty(call);
  return orderAnswer(await ownOrder(call, id), call);
}

const FinalizeShape = v.object({ csr: v.string() });

async function finalize(call: AccountCall, id: string): Promise<Answer> {
  const { account, payload, accounts, verify, now } = call;
  const record = await ownOrder(call, id);
  const { csr: written } = readPayload(FinalizeShape, payload, "finalizing an order");
  const { status } = orderState(record, now);
  if (status !== "ready") throw new AcmeProblem("orderNotReady", `the order is ${status}`);
  const { identifiers } = record.order;
  requireStillAllowed(identifiers, call);
  const der = fromBase64url(written);
  if (der === undefined) throw new AcmeProblem("badCSR", "the request is not DER in base64url");
  const csr = await readOrderCsr(der, { identifiers, thumbprint: account.thumbprint, verify });
  return orderAnswer(await accounts.issuance.finalize({ order: id, csr, now }), call);
}

/** An order may be older than what the administrator says now. */
function requireStillAllowed(identifiers: readonly Identifier[], { settings, account }: AccountCall): void {
  const rules = { allow: [settings.allow, account.allow], deny: settings.deny };
  readOrderedNames(identifiers, { most: identifiers.length, rules });
}

/** The certificate, and the one of the CA that signed it: whatever CA signs today. */
async function certificate(call: AccountCall, id: string): Promise<Answer> {
  const { ca, stores, now } = call;
  requireEmpty(call);
  const { serial } = orderState(await ownOrder(call, id), now);
  const leaf = serial === undefined ? undefined : await stores.certificates.registered(serial);
  if (leaf === undefined) throw noSuch("certificate");
  const issuer = (await ca.issuers.all()).find((one) => one.certificate.keyIdentifier === leaf.issuer);
  const chain = [leaf.der, ...(issuer === undefined ? [] : [issuer.certificate.der])];
  const body = chain.map((der) => encodePem(PEM_LABEL.CERTIFICATE, der)).join("");
  return { status: 200, headers: { "Content-Type": "application/pem-certificate-chain" }, body };
}
