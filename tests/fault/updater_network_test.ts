/** The updater as a real process, and everything that a network and a server can do to it. */
import assert from "node:assert/strict";
import { DAY, NOW } from "../support/issuing.ts";
import { httpAnswer } from "../support/raw_server.ts";
import { runServer, type TestServer } from "../support/running_server.ts";
import { tempFolder } from "../support/temp_folder.ts";
import { Relay, type Trouble } from "./relay.ts";
import * as files from "./updater_machine.ts";

const DUE = NOW + 63 * DAY;
const RULES = { validityDays: 93, maxPending: 3, autoApproveCount: 10 };
const NOISE = Uint8Array.from({ length: 5000 }, (_, index) => index * index * 7 % 251);

const TROUBLES: Readonly<Record<string, Trouble>> = {
  "hangs up without a word": () => ({ bytes: "" }),
  "breaks off in the head": (answer) => ({ bytes: answer.subarray(0, 10) }),
  "breaks off in the body": (answer) => ({ bytes: answer.subarray(0, answer.length - 20) }),
  "noise": () => ({ bytes: NOISE }),
  "noise for a body": () => ({ bytes: new Uint8Array([...latin1("HTTP/1.1 200 OK\r\n\r\n"), ...NOISE]) }),
  "a page": () => httpAnswer(200, "<html>Please log in to this network</html>", { "Content-Type": "text/html" }),
  "nothing": () => httpAnswer(200, ""),
  "no content": () => httpAnswer(204, ""),
  "something else": () => httpAnswer(200, '[{"answer": 42}]'),
  "elsewhere": () => httpAnswer(302, "", { Location: "http://127.0.0.1:9/" }),
  "fault of the server": () => httpAnswer(500, ""),
  "overloaded": () => httpAnswer(503, "come back later"),
  "timeout": () => httpAnswer(408, ""),
};

function latin1(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

/** A server at which a host has got its certificate, which is due by now. */
async function dueServer(folder: string): Promise<TestServer> {
  const server = await runServer({ serve: { service: RULES } });
  await files.runWell({ folder, entry: files.filesIn(folder, serverUrl(server)), machine: { now: NOW } });
  server.clock.set(DUE);
  return server;
}

function serverUrl({ port }: TestServer): string {
  return `http://127.0.0.1:${port}`;
}

Deno.test("updater keeps what it has through every trouble of the network, and renews when that is over", async () => {
  await using folder = await tempFolder();
  await using server = await dueServer(folder.path);
  await using relay = new Relay(server.port);
  const entry = { ...files.filesIn(folder.path, relay.url), onRenew: files.HOOK };
  const stores = () => Promise.all([entry.ca, entry.crl, entry.crt].map((path = "") => files.textOf(path)));
  const before = await stores();
  relay.trouble = () => ({ bytes: "" });
  await using updater = files.startUpdater({ folder: folder.path, entry, machine: { now: DUE } });
  await files.sleepsAfter(updater, 0);
  for (const [name, trouble] of Object.entries(TROUBLES)) {
    relay.trouble = trouble;
    const { length } = updater.written.err;
    await files.lookNow(updater);
    const complaints = updater.written.err.slice(length).trimEnd().split("\n");
    assert.equal(complaints.length, 3, `${name}: ${complaints.join("\n")}`);
    for (const line of complaints) {
      assert.match(line, /warning.*http:\/\/127\.0\.0\.1|warning.*(certificate|CRL)/i, name);
    }
    assert.deepEqual(await stores(), before, name);
  }
  relay.trouble = (bytes) => ({ bytes });
  await files.lookNow(updater);
  assert.notEqual((await stores())[2], before[2]);
  assert.equal(await files.textOf(`${folder.path}/hook.log`), "crl certificate\n");
  assert.ok(relay.renewals.length > 3);
  assert.equal(new Set(relay.renewals).size, 1, "the same certificate for the same request, each time");
  assert.equal((await updater.stop()).status, 0);
});

Deno.test("updater waits for a server that is down, and needs nobody when it is back", async () => {
  await using folder = await tempFolder();
  await using server = await runServer({ serve: { service: RULES } });
  await server.stop();
  const entry = files.filesIn(folder.path, serverUrl(server));
  await using updater = files.startUpdater({ folder: folder.path, entry, machine: { now: NOW } });
  await files.sleepsAfter(updater, 0);
  assert.match(updater.written.err, /warning.*http:\/\/127\.0\.0\.1:\d+\/cas\/crt\/ca\.crt\.\w+: .*refused/i);
  assert.deepEqual(await files.fileNames(folder.path), [
    "crt.pem.caucase-updater.json",
    "crt.pem.caucase-updater.lock",
  ]);
  await server.start();
  await files.lookNow(updater);
  assert.ok(await files.fitsForOthers(entry));
  assert.equal((await updater.stop()).status, 0);
});

Deno.test("updater does not ask before a Retry-After is over, not even when it is told to look now", async () => {
  await using folder = await tempFolder();
  await using server = await dueServer(folder.path);
  await using relay = new Relay(server.port);
  relay.trouble = () => httpAnswer(503, "", { "Retry-After": "7200" });
  const entry = files.filesIn(folder.path, relay.url);
  await using updater = files.startUpdater({ folder: folder.path, entry, machine: { now: DUE } });
  await files.sleepsAfter(updater, 0);
  const { length } = relay.asked;
  // Certificate, CA certificates and CRL, and what is told of the installation.
  assert.equal(length, 4);
  await files.lookNow(updater);
  assert.equal(relay.asked.length, length);
});

Deno.test("updater keeps one certificate while the server of another never comes to an end, and stops at once", async () => {
  await using folder = await tempFolder();
  await using server = await runServer({ serve: { service: RULES } });
  await using relay = new Relay(server.port);
  relay.trouble = (answer) => ({ bytes: answer.subarray(0, answer.length - 20), stayOpen: true });
  const { crt: _, ...common } = files.filesIn(folder.path, serverUrl(server));
  const certificates = [
    { crt: `${folder.path}/slow.pem`, caUrl: relay.url, ca: `${folder.path}/slow-ca.pem` },
    { crt: `${folder.path}/quick.pem` },
  ];
  const config = `${folder.path}/config.json`;
  await Deno.writeTextFile(config, JSON.stringify({ ...common, certificates }));
  await using updater = files.startUpdater(
    { folder: folder.path, entry: {}, machine: { now: NOW } },
    "--config",
    config,
  );
  await files.sleepsAfter(updater, 0);
  assert.ok(await files.fitsForOthers({ crt: `${folder.path}/quick.pem` }));
  assert.ok(relay.asked.length > 0);
  const begin = Date.now();
  assert.equal((await updater.stop()).status, 0);
  assert.ok(Date.now() - begin < 5_000, "nobody waits for the slow server");
});
