/** The users of the server, made before the traffic begins. */
import assert from "node:assert/strict";
import {
  certify,
  type Credentials,
  type Desk,
  firstUser,
  type Holder,
  JSON_TYPE,
  revokeSerial,
} from "../../tests/support/desk.ts";
import { forge } from "../../tests/support/forgery.ts";
import { newCa, newEcKey } from "../../tests/support/issuing.ts";
import { csrFor, renewalBody, revocationBody } from "../../tests/support/requests.ts";
import type { People } from "./job.ts";

export async function makePeople(desk: Desk): Promise<People> {
  const user = await firstUser(desk);
  const revokedUser = await certify(desk, user, "cau");
  const { certificate: { serial } } = revokedUser;
  assert.equal((await revokeSerial(desk, user, { ca: "cau", serial })).status, 204);
  return {
    user: credentialsOf(user),
    revokedUser: credentialsOf(revokedUser),
    rogueUser: credentialsOf(await forge(await newCa({ name: "cau" }), user)),
    ...await spentMessages(desk, await certify(desk, user)),
  };
}

/** A service renews, and then revokes what it had before. */
async function spentMessages(desk: Desk, { cert, privateKey }: Holder) {
  const spentRenewal = await renewalBody(cert, privateKey, await csrFor(await newEcKey()));
  const spentRevocation = await revocationBody(cert, privateKey);
  for (const [path, body] of [["renew", spentRenewal], ["revoke", spentRevocation]] as const) {
    const { status, text } = await desk.ask("PUT", `/cas/crt/${path}`, { headers: JSON_TYPE, body });
    assert.ok(status === 200 || status === 204, text);
  }
  return { spentRenewal, spentRevocation };
}

/** Without what is not for JSON. */
function credentialsOf({ key, cert }: Holder): Credentials {
  return { key, cert };
}
