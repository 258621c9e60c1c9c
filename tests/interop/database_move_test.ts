/**
 * A database moves between the implementations in the middle of everything, there and back: what one server stored, the
 * other goes on with.
 */
import assert from "node:assert/strict";
import { freePortPair } from "../support/ports.ts";
import { type ServerProcess, startServer } from "../support/server_process.ts";
import { tempFolder } from "../support/temp_folder.ts";
import { ClientDesk } from "./client_desk.ts";
import { type Implementation, interopTest, otherThan, type Pairing } from "./implementation.ts";
import { makeRequests, showCrl } from "./openssl.ts";
import { firstUser, signedService } from "./session_start.ts";

/**
 * Two service requests are signed unasked, ever; the first start freezes that, later ones say something else in vain.
 */
const FROZEN_COUNT = ["--service-auto-approve-count", "2", "--lock-auto-approve-count"];
const LATER_COUNT = ["--service-auto-approve-count", "9"];

interface Move {
  readonly folder: string;
  readonly port: number;
}

interopTest("a database moves to the other implementation and back", async (pairing) => {
  await using folder = await tempFolder();
  await Deno.mkdir(`${folder.path}/server`);
  const move = { folder: `${folder.path}/server`, port: freePortPair() };
  const second = otherServer(pairing);
  const desk = new ClientDesk(folder.path, pairing.client, `http://localhost:${move.port}`);

  await during(pairing.server, move, { options: FROZEN_COUNT, use: () => begin(desk) });
  const atFirst = await remember(desk);
  await during(second, move, { options: LATER_COUNT, use: () => goOn(desk, atFirst), end: "kill" });
  const atSecond = await remember(desk);
  await during(pairing.server, move, { options: LATER_COUNT, use: () => finish(desk, atSecond) });
});

/** Where the database goes: the other implementation's server; its own again where none of the other takes part. */
function otherServer({ client, server }: Pairing): Implementation {
  const provesItself = client.name === "reference" && server.name === "reference";
  return provesItself ? server : otherThan(server) ?? server;
}

interface Stay {
  readonly options: readonly string[];
  /** How it ends: asked to, or as by a power cut. */
  readonly end?: "stop" | "kill";
  readonly use: (server: ServerProcess) => Promise<void>;
}

/** Runs one implementation on the database while `use` lasts. */
async function during(implementation: Implementation, move: Move, { options, use, end = "stop" }: Stay): Promise<void> {
  await using server = await startServer({ ...move, command: implementation.server, options });
  await use(server);
  const { err } = await server[end]();
  assert.doesNotMatch(err, /Traceback|internal error|uncaught/i, `${implementation.name} server`);
}

/** What must not be lost or go back. */
interface Remembered {
  readonly caCertificates: string;
  readonly crlNumber: number;
  readonly userCrlNumber: number;
  readonly revoked: readonly string[];
}

async function remember(desk: ClientDesk): Promise<Remembered> {
  const { number, serials } = await showCrl(desk.folder, "cas.crl.pem");
  return {
    caCertificates: await desk.read("cas.crt.pem") + await desk.read("cau.crt.pem"),
    crlNumber: number,
    userCrlNumber: (await showCrl(desk.folder, "cau.crl.pem")).number,
    revoked: serials.toSorted(),
  };
}

/** A user, a certificate signed by hand, one signed unasked, one revoked, one request waiting. */
async function begin(desk: ClientDesk): Promise<void> {
  await makeRequests(desk.folder, "auto1", "auto2", "auto3", "waiting", "rejected");
  await firstUser(desk, "ann");
  await autoSigned(desk, "auto1");
  await desk.expect({}, "--threshold", "100", "--renew-crt", "auto1.crt.pem", "auto1.key.pem");
  await autoSigned(desk, "auto2");
  await desk.send("service", "waiting", "rejected");
  await signedService(desk, "kept", "ann");
  await signedService(desk, "gone", "ann");
  await desk.expect({}, "--revoke-crt", "gone.crt.pem", "gone.key.pem");
  await desk.expect({}, "--update-user", "--user-key", "ann.pem", "--revoke-serial", "4711");
  assert.equal(await desk.verdict("kept.crt.pem"), "OK");
}

async function autoSigned(desk: ClientDesk, name: string): Promise<void> {
  const id = await desk.sendOne("service", name);
  const line = `${id} was (originally) automatically approved\n`;
  await desk.expect({ out: line }, "--get-crt", id, `${name}.crt.pem`);
}

/** The same CAs, CRL content and numbers; requests, counts and users go on. */
async function goOn(desk: ClientDesk, before: Remembered): Promise<void> {
  await desk.expect({}, "--update-user", "--on-renew", "touch changed-by-move");
  assert.equal(await desk.exists("changed-by-move"), false, "the same CA certificates and CRLs, byte for byte");
  const [waiting = "", rejected = ""] = await desk.pending("ann.pem");
  assert.deepEqual(
    (await desk.send("service", "waiting", "rejected")).toSorted(),
    [waiting, rejected].toSorted(),
    "sent again, the same ids",
  );
  const third = await desk.sendOne("service", "auto3");
  await desk.expect({ status: 2, out: `${third} CSR still pending\n` }, "--get-crt", third, "auto3.crt.pem");
  await decideStored(desk);
  await desk.expect({}, "--threshold", "100", "--renew-crt", "kept.crt.pem", "kept.key.pem");
  assert.equal(await desk.verdict("kept.crt.pem"), "OK");
  assert.equal(await desk.verdict("gone.crt.pem"), "certificate revoked");
  await desk.expect({ status: 1 }, "--revoke-crt", "gone.crt.pem", "gone.key.pem");
  await desk.expect({ status: 1 }, "--user-key", "ann.pem", "--revoke-serial", "4711");
  await desk.expect({}, "--revoke-crt", "waiting.crt.pem", "waiting.key.pem");
  await continues(desk, before, [await desk.serial("waiting.crt.pem")]);
}

/** Signs and rejects what the other implementation stored. */
async function decideStored(desk: ClientDesk): Promise<void> {
  const [waiting = "", rejected = ""] = await desk.send("service", "waiting", "rejected");
  await desk.expect({}, "--user-key", "ann.pem", "--sign-csr", waiting, "--reject-csr", rejected);
  await desk.expect(
    { out: `${waiting} was (originally) manually approved\n` },
    "--get-crt",
    waiting,
    "waiting.crt.pem",
  );
  assert.equal(await desk.verdict("waiting.crt.pem"), "OK");
  assert.notEqual(await desk.sendOne("service", "rejected"), rejected, "a rejected one is forgotten");
}

/** Back home: still everything there, and numbers still rise. */
async function finish(desk: ClientDesk, before: Remembered): Promise<void> {
  await desk.expect({}, "--update-user", "--on-renew", "touch changed-by-move");
  assert.equal(await desk.exists("changed-by-move"), false, "the same CA certificates and CRLs, byte for byte");
  assert.equal((await desk.pending("ann.pem")).length, 2, "auto3, and rejected sent once more");
  await desk.expect({}, "--threshold", "100", "--mode", "user", "--renew-crt", "ann.pem", "");
  const [third = "", again = ""] = await desk.send("service", "auto3", "rejected");
  await desk.expect({}, "--user-key", "ann.pem", "--sign-csr", third, again);
  await desk.expect({ out: `${third} was (originally) manually approved\n` }, "--get-crt", third, "auto3.crt.pem");
  await desk.expect({}, "--user-key", "ann.pem", "--revoke-other-crt", "auto3.crt.pem");
  assert.equal(await desk.verdict("waiting.crt.pem"), "certificate revoked");
  await continues(desk, before, [await desk.serial("auto3.crt.pem")]);
}

/** Nothing of `before` is lost, CRL numbers are higher, and exactly `added` is revoked besides. */
async function continues(desk: ClientDesk, before: Remembered, added: readonly string[]): Promise<void> {
  const after = await remember(desk);
  assert.equal(after.caCertificates, before.caCertificates);
  assert.equal(after.crlNumber, before.crlNumber + added.length);
  assert.equal(after.userCrlNumber, before.userCrlNumber);
  assert.deepEqual(after.revoked, [...before.revoked, ...added].toSorted());
}
