/**
 * The same command lines, given to both clients in folders with the same content, against one server: the same exit
 * status, the same standard output, the same files with the same modes afterwards.
 */
import assert from "node:assert/strict";
import { runCommand, withUmask } from "../support/process.ts";
import { startServer } from "../support/server_process.ts";
import { tempFolder } from "../support/temp_folder.ts";
import { ClientDesk } from "./client_desk.ts";
import { clientComparisonTest } from "./implementation.ts";
import { makeRequests } from "./openssl.ts";
import { firstUser, signedService } from "./session_start.ts";

/** A word of a command line that stands for the id of a request. */
const PENDING = "<pending>", SIGNED = "<signed>", REJECTED = "<rejected>";
const USER = ["--user-key", "ann.pem"];

interface OutcomeCase {
  readonly args: readonly string[];
  readonly status: number;
  readonly umask?: string;
  /** A shell line that prepares the folder. */
  readonly before?: string;
}

const STORES_IN_FOLDERS = [
  "--ca-crt",
  "cas_store",
  "--crl",
  "crl_store",
  "--user-ca-crt",
  "cau_store",
  "--user-crl",
  "user_crl_store",
];

const CASES: readonly OutcomeCase[] = [
  { args: [], status: 0 },
  { args: ["--update-user"], status: 0, umask: "027" },
  { args: ["--update-user"], status: 0, umask: "077", before: "rm c*.crt.pem c*.crl.pem" },
  { args: [...STORES_IN_FOLDERS, "--update-user"], status: 0, umask: "027", before: "mkdir crl_store" },
  {
    args: STORES_IN_FOLDERS,
    status: 0,
    before:
      `cd cas_store; echo junk > zz.ca.pem; echo text > readme.txt; mkdir sub sub.ca.pem; ln -s ../ann.pem link.ca.pem
      ln -s nowhere dangling.ca.pem; cp ../kept.crt.pem other.crl.pem; cd ../crl_store; cp *.crl.pem old.crl.pem`,
  },
  { args: ["--ca-crt", "leaf.pem"], status: 0, before: "cat cas.crt.pem kept.crt.pem > leaf.pem" },
  { args: ["--ca-crt", "only.leaf.pem"], status: 1, before: "cp kept.crt.pem only.leaf.pem" },
  { args: ["--ca-crt", "empty.pem"], status: 0, before: "touch empty.pem" },
  { args: ["--ca-crt", "empty.d"], status: 0, before: "mkdir empty.d" },
  { args: ["--ca-crt", "no.folder/cas.pem"], status: 1 },
  { args: ["--send-csr", "pending.csr.pem", "pending.csr.pem"], status: 0 },
  { args: ["--send-csr", "missing.csr.pem"], status: 1 },
  { args: ["--send-csr", "ann.key.pem"], status: 1 },
  { args: ["--get-csr", PENDING, "fetched.csr.pem"], status: 0 },
  { args: ["--get-csr", REJECTED, "nothing.pem"], status: 1 },
  { args: ["--get-crt", PENDING, "nothing.pem"], status: 2 },
  { args: ["--get-crt", REJECTED, "nothing.pem"], status: 1 },
  { args: ["--get-crt", SIGNED, "again.crt.pem"], status: 0, umask: "027" },
  { args: ["--get-crt", SIGNED, "again.crt.pem"], status: 1 },
  { args: ["--get-crt", SIGNED, "again.pem"], status: 0, before: "cp kept.key.pem again.pem; chmod 640 again.pem" },
  { args: ["--get-crt", SIGNED, "one.pem", "--get-crt", PENDING, "two.pem"], status: 2 },
  { args: ["--get-crt", REJECTED, "three.pem", "--get-crt", PENDING, "four.pem"], status: 1 },
  { args: ["--get-crt", "letters", "nothing.pem"], status: 1 },
  { args: ["--renew-crt", "kept.crt.pem", "kept.key.pem"], status: 0 },
  { args: ["--mode", "user", "--renew-crt", "kept.crt.pem", "kept.key.pem"], status: 0 },
  { args: ["--threshold", "100", "--renew-crt", "kept.crt.pem", "ann.key.pem"], status: 1 },
  { args: ["--threshold", "100", "--renew-crt", "gone.crt.pem", "gone.key.pem"], status: 1 },
  { args: ["--revoke-crt", "gone.crt.pem", "gone.key.pem"], status: 1 },
  { args: ["--revoke-crt", "missing.crt.pem", "gone.key.pem"], status: 1 },
  { args: [...USER, "--list-csr"], status: 0 },
  { args: [...USER, "--mode", "user", "--list-csr"], status: 0 },
  { args: [...USER, "--sign-csr", REJECTED], status: 1 },
  { args: [...USER, "--sign-csr", SIGNED], status: 1 },
  { args: [...USER, "--sign-csr-with", PENDING, "missing.csr.pem"], status: 1 },
  { args: [...USER, "--reject-csr", SIGNED], status: 1 },
  { args: [...USER, "--sign-csr", PENDING, "--reject-csr", PENDING], status: 1 },
  { args: [...USER, "--sign-csr", PENDING, "--sign-csr-with", PENDING, "pending.csr.pem"], status: 1 },
  { args: [...USER, "--revoke-other-crt", "gone.crt.pem"], status: 1 },
  { args: [...USER, "--revoke-serial", "4711"], status: 1 },
  { args: [...USER, "--revoke-serial", "letters"], status: 2 },
  { args: ["--user-key", "missing.pem", "--list-csr"], status: 1 },
  { args: ["--user-key", "ann.key.pem", "--list-csr"], status: 1 },
  { args: ["--threshold", "soon"], status: 2 },
  { args: ["--mode", "nobody"], status: 2 },
  { args: ["--get-crt", "1"], status: 2 },
  { args: ["--bogus"], status: 2 },
  { args: ["--crl=c1.pem", "--thres", "3", "--update"], status: 0 },
  { args: ["--crl", "c2.pem", "--on-renew", "echo heard > hook.log"], status: 0 },
  { args: ["--crl", "c3.pem", "--on-renew", "exit 9"], status: 3 },
  { args: ["--on-renew", "exit 9"], status: 0 },
];

clientComparisonTest("both clients do the same", async ({ server: implementation, clients }) => {
  await using folder = await tempFolder();
  await using server = await startServer({ folder: folder.path, command: implementation.server });
  const author = await ClientDesk.open("author", { client: clients[0], server: implementation }, server);
  const ids = await prepare(author);
  const desks = [];
  for (const [index, client] of clients.entries()) {
    await shell(folder.path, `cp -a author desk${index}`);
    desks.push(new ClientDesk(`${folder.path}/desk${index}`, client, server.url));
  }
  for (const wanted of CASES) await compare(desks, ids, wanted);
});

/** A user, requests in every state, a revoked certificate and serial; no trust stores. */
async function prepare(desk: ClientDesk): Promise<Record<string, string>> {
  await makeRequests(desk.folder, "pending", "rejected");
  await firstUser(desk, "ann");
  const signed = await signedService(desk, "kept", "ann");
  await signedService(desk, "gone", "ann");
  await desk.expect({}, "--revoke-crt", "gone.crt.pem", "gone.key.pem");
  await desk.expect({}, ...USER, "--revoke-serial", "4711");
  const [pending = "", rejected = ""] = await desk.send("service", "pending", "rejected");
  await desk.expect({}, ...USER, "--reject-csr", rejected);
  await shell(desk.folder, "rm c*.crt.pem c*.crl.pem");
  return { [PENDING]: pending, [SIGNED]: signed, [REJECTED]: rejected };
}

async function shell(folder: string, line: string): Promise<void> {
  const { status, err } = await runCommand(["sh", "-ec", line], { cwd: folder });
  assert.equal(status, 0, `${line}: ${err}`);
}

async function compare(desks: readonly ClientDesk[], ids: Record<string, string>, wanted: OutcomeCase): Promise<void> {
  const args = wanted.args.map((word) => ids[word] ?? word);
  const outcomes = [];
  for (const desk of desks) {
    if (wanted.before) await shell(desk.folder, wanted.before);
    const command = withUmask(wanted.umask ?? "022", [...desk.client.client, "--ca-url", desk.serverUrl, ...args]);
    const { status, out, err } = await runCommand(command, { cwd: desk.folder });
    const told = `${desk.client.name} client, ${args.join(" ")}\n${out}${err}`;
    assert.equal(status, wanted.status, told);
    if (status === 1 || status === 2) assert.notEqual(out + err, "", told);
    outcomes.push({ out: comparable(out, status), files: await snapshot(desk.folder) });
  }
  const [one, other] = outcomes;
  for (const path of new Set([...Object.keys(one?.files ?? {}), ...Object.keys(other?.files ?? {})])) {
    const told = `${path} after ${args.join(" ")}\n${one?.files[path]}\nversus\n${other?.files[path]}`;
    assert.ok(other?.files[path] === one?.files[path], told);
  }
  assert.equal(other?.out, one?.out, args.join(" "));
}

/** Subjects are shown differently on purpose; what a failing call printed before it failed may differ. */
function comparable(out: string, status: number): string {
  if (status === 1) return "";
  return out.replaceAll(/^( *\d+ \| |  *csr_id \| ).*$/gm, "$1…");
}

/** Every path of a folder with mode and content. */
async function snapshot(folder: string, prefix = ""): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for await (const entry of Deno.readDir(folder)) {
    const path = `${folder}/${entry.name}`;
    const { mode } = await Deno.lstat(path);
    const content = entry.isSymlink ? await Deno.readLink(path) : entry.isFile ? await Deno.readTextFile(path) : "";
    found[prefix + entry.name] = `${((mode ?? 0) & 0o777).toString(8)} ${content}`;
    if (entry.isDirectory) Object.assign(found, await snapshot(path, `${entry.name}/`));
  }
  return found;
}
