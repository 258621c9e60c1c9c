/**
 * Everything a person does with a CA in one sitting, with the client of one implementation and the server of the other.
 */
import assert from "node:assert/strict";
import { startServer } from "../support/server_process.ts";
import { tempFolder } from "../support/temp_folder.ts";
import { ClientDesk } from "./client_desk.ts";
import { interopTest } from "./implementation.ts";
import { renew, renewUser, revoke, revokeManyWithHook, revokeUser, sameForOthers } from "./session_certificates.ts";
import { checkTemplated, decide, fetchCertificates, sendAndWait } from "./session_requests.ts";
import { anotherUser, bootstrap, firstUser, sameUserKeyAgain, strangers } from "./session_start.ts";

interopTest("a full session: users, requests, renewals, revocations", async (pairing) => {
  await using folder = await tempFolder();
  await using server = await startServer({ folder: folder.path, command: pairing.server.server });
  const desk = await ClientDesk.open("desk", pairing, server);

  await bootstrap(desk, server);
  await firstUser(desk, "ann");
  await anotherUser(desk, "bob", "ann");
  await sameUserKeyAgain(desk, "bob");

  const sent = await sendAndWait(desk, "bob.pem");
  await decide(desk, sent, "bob.pem");
  await fetchCertificates(desk, sent);
  await checkTemplated(desk);
  await renew(desk);
  await renewUser(desk, "ann");

  const [waiting = ""] = await desk.send("service", "template");
  await strangers(desk, "beta.pem", waiting);
  await desk.expect({}, "--user-key", "ann.pem", "--reject-csr", waiting);

  await revoke(desk, "ann.pem");
  await revokeManyWithHook(desk, "ann.pem");
  await revokeUser(desk, "bob", "ann");
  await sameForOthers(desk, await ClientDesk.open("newcomer", pairing, server), server);

  const { status } = await server.stop();
  if (pairing.server.stopsCleanly) assert.equal(status, 0);
});
