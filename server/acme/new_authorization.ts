/** What an account has to show for a name that it orders. */
import { needsProof } from "../../core/acme/acme_settings.ts";
import {
  type Authorization,
  type Challenge,
  CHALLENGE_TYPES,
  type ChallengeType,
} from "../../core/acme/authorization.ts";
import { type Identifier, isWildcard, withoutWildcard } from "../../core/acme/identifier.ts";
import { newId, newToken } from "../../core/acme/key_authorization.ts";
import type { AccountCall } from "./call.ts";

/** Valid at once, without challenges, where people alone decide. */
export function newAuthorization(identifier: Identifier, call: AccountCall): Authorization {
  const { account, settings: { policy, lives }, now, random } = call;
  const newChallenge = (type: ChallengeType): Challenge => ({ type, token: newToken(random), status: "pending" });
  return {
    ...{ id: newId(random), account: account.id, expires: now + lives.authorization },
    ...{ identifier: withoutWildcard(identifier), isWildcard: isWildcard(identifier) },
    status: needsProof(policy) ? "pending" : "valid",
    challenges: needsProof(policy) ? challengeTypes(identifier).map(newChallenge) : [],
  };
}

/** RFC 8555 7.1.3, RFC 8738 7: what shows that somebody controls it. */
function challengeTypes(identifier: Identifier): readonly ChallengeType[] {
  if (isWildcard(identifier)) return ["dns-01"];
  return CHALLENGE_TYPES.filter((type) => identifier.type === "dns" || type !== "dns-01");
}
