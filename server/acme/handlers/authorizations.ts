/** Authorizations and challenges (RFC 8555 7.5): read, given up, begun. */
import * as v from "valibot";
import {
  type Authorization,
  begun,
  type ChallengeType,
  deactivated,
  findChallenge,
  parseChallengeId,
} from "../../../core/acme/authorization.ts";
import type { Answer } from "../../http/exchange.ts";
import { authorizationJson, challengeJson, jsonAnswer, LOOK_AGAIN } from "../answers.ts";
import type { AccountCall, AcmeHandlers } from "../call.ts";
import { noSuch, readPayload } from "../payload.ts";

type Authorizations = Pick<AcmeHandlers, "authorization" | "challenge">;

export const AUTHORIZATION_HANDLERS: Authorizations = {
  authorization: ({ parameters: { id } }) => (call) => authorization(call, id),
  challenge: ({ parameters: { id } }) => (call) => challenge(call, id),
};

const GiveUpShape = v.object({ status: v.literal("deactivated") });

async function authorization(call: AccountCall, id: string): Promise<Answer> {
  const { payload } = call;
  if (payload === undefined) return answer(call, await ownAuthorization(call, id));
  readPayload(GiveUpShape, payload, "an authorization");
  return answer(call, await giveUp(call, id));
}

function answer({ urls, now, account, runs }: AccountCall, found: Authorization): Answer {
  runs.ensure(found, account);
  return jsonAnswer(200, authorizationJson(found, urls, now), lookAgain(found.challenges));
}

/** What was begun at the same time, or decided, is given up as well. */
async function giveUp(call: AccountCall, id: string): Promise<Authorization> {
  const { store, now } = call;
  while (true) {
    const seen = await ownAuthorization(call, id);
    const next = deactivated(seen);
    if (next === undefined) return seen;
    const error = { type: "unauthorized", detail: "the account gave an authorization up" } as const;
    if (await store.orders.changeAuthorization({ seen, next, error, now })) return next;
  }
}

/** Begins with any object; RFC 8555 7.5.1 has `{}`. */
const BeginShape = v.object({});

async function challenge(call: AccountCall, id: string): Promise<Answer> {
  const { payload, urls, account, runs } = call;
  const named = parseChallengeId(id);
  if (named === undefined) throw noSuch("challenge");
  if (payload !== undefined) readPayload(BeginShape, payload, "a challenge");
  const found = payload === undefined
    ? await ownAuthorization(call, named.authorization)
    : await begin(call, named.authorization, named.type);
  const one = findChallenge(found, named.type);
  if (one === undefined) throw noSuch("challenge");
  runs.ensure(found, account);
  const up = `<${urls.of("authorization", found.id)}>;rel="up"`;
  return jsonAnswer(200, challengeJson(found, one, urls), { "Link": up, ...lookAgain([one]) });
}

/** The authorization with the challenge begun; as it is where that was done before, or is of no use any more. */
async function begin(call: AccountCall, id: string, type: ChallengeType): Promise<Authorization> {
  const { store, now } = call;
  while (true) {
    const seen = await ownAuthorization(call, id);
    const next = begun(seen, type, now);
    if (next === undefined) return seen;
    if (await store.orders.changeAuthorization({ seen, next, now })) return next;
  }
}

/** @throws `AcmeProblem` `malformed` (404) for one that is not the account's */
async function ownAuthorization({ store, account }: AccountCall, id: string): Promise<Authorization> {
  const found = await store.orders.authorization(id);
  if (found?.account !== account.id) throw noSuch("authorization");
  return found;
}

function lookAgain(challenges: readonly { readonly status: string }[]): Readonly<Record<string, string>> {
  return challenges.some(({ status }) => status === "processing") ? { "Retry-After": `${LOOK_AGAIN.challenge}` } : {};
}
