import assert from "node:assert/strict";
import { createServer } from "node:net";
import { utf8 } from "../../core/bytes.ts";
import { CaucaseError } from "../../core/errors.ts";
import { writeMessage } from "../../core/notify/message.ts";
import { parseReceiver } from "../../core/notify/receiver.ts";
import { webhookHeaders } from "../../core/notify/signature.ts";
import { NOW } from "../../tests/support/issuing.ts";
import { type Answer, MailServer, WebhookReceiver } from "../../tests/support/notified.ts";
import { isRefusal } from "../../tests/support/refusals.ts";
import { tempFolder } from "../../tests/support/temp_folder.ts";
import { createDeliveries } from "./delivery.ts";

const PATIENCE = { webhookMs: 300, mailMs: 1_000 };
const SECRET = "0123456789abcdef0123456789abcdef";
const MESSAGE = { id: "ab", body: writeMessage({ kind: "test" }, { id: "ab", at: NOW, server: "ca.example.org" }) };
const FOREVER = new AbortController().signal;

/** Delivers one message to what the URL says. */
async function deliver(url: string, secretFile?: string, signal = FOREVER): Promise<void> {
  const settings = { secretFile, now: () => NOW, patience: PATIENCE };
  const [delivery] = await createDeliveries([parseReceiver(url)], settings);
  await delivery?.(MESSAGE, signal);
}

/** The message of what it fails with; it must be tried again, and hold no secret. */
async function failure(work: Promise<void>): Promise<string> {
  const error = await work.then(() => assert.fail("it was delivered"), (error) => error);
  assert.ok(error instanceof CaucaseError, `${error}`);
  assert.match(error.code, /^(unreachable|refused)$/);
  assert.doesNotMatch(Deno.inspect(error), /SECRET/);
  return error.message;
}

Deno.test("a webhook gets the message as it is, signed with the secret of the file", async () => {
  await using folder = await tempFolder();
  await using receiver = await WebhookReceiver.start();
  await Deno.writeTextFile(`${folder.path}/secret`, `${SECRET}\n`);
  await deliver(receiver.url, `${folder.path}/secret`);
  await deliver(receiver.url);
  const [signed, unsigned] = receiver.received;
  assert.equal(signed?.body, MESSAGE.body);
  assert.equal(signed.path, "/hook-SECRET");
  const expected = webhookHeaders({ ...MESSAGE, time: NOW }, utf8(SECRET));
  for (const [name, value] of Object.entries(expected)) assert.equal(signed.headers[name], value);
  assert.equal(signed.headers["content-type"], "application/json");
  assert.equal(unsigned?.headers["webhook-signature"], undefined);
  assert.equal(unsigned?.headers["webhook-id"], "ab");
});

Deno.test("a webhook that refuses, redirects, hangs or breaks off has not taken it", async () => {
  await using receiver = await WebhookReceiver.start();
  const answers: readonly (readonly [Answer, RegExp])[] = [
    [500, /status 500/],
    [400, /status 400/],
    [302, /status 302/],
    [307, /status 307/],
    ["gone", /cannot be reached/],
    ["never", /within 0.3 s/],
  ];
  for (const [answer, words] of answers) {
    receiver.answer = () => answer;
    assert.match(await failure(deliver(receiver.url)), words);
  }
  assert.equal(receiver.received.length, answers.length, "no redirect was followed");
  await receiver[Symbol.asyncDispose]();
  assert.match(await failure(deliver("http://127.0.0.1:1/SECRET")), /ECONNREFUSED/);
});

Deno.test("a webhook's answer is not read, however long it is", async () => {
  let sent = 0;
  const endless = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, () => {
    const body = new ReadableStream({
      async pull(controller) {
        sent += 65_536;
        controller.enqueue(new Uint8Array(65_536));
        await new Promise((resolve) => setTimeout(resolve, 1));
      },
    });
    return new Response(body);
  });
  await deliver(`http://127.0.0.1:${endless.addr.port}/`);
  await new Promise((resolve) => setTimeout(resolve, 100));
  const before = sent;
  await new Promise((resolve) => setTimeout(resolve, 100));
  assert.equal(sent, before, "nobody listens any more");
  await endless.shutdown();
});

Deno.test("a mail has its addresses, an id, and the message in words", async () => {
  await using server = await MailServer.start({ authOptional: true, disabledCommands: ["STARTTLS"] });
  await deliver(`smtp://127.0.0.1:${server.port}/?from=ca@example.org&to=a@example.org&to=b@example.org`);
  const [mail] = server.mails;
  assert.deepEqual([mail?.from, mail?.to], ["ca@example.org", ["a@example.org", "b@example.org"]]);
  const text = mail?.text ?? "";
  assert.match(text, /^Subject: caucase: ca.example.org: this is a test, nothing happened\r$/m);
  assert.match(text, /^Message-ID: <ab@example.org>\r$/m);
  assert.match(text, /^Auto-Submitted: auto-generated\r$/m);
  assert.match(text, /^kind: test\r$/m);
});

Deno.test("a mail server is told who comes, with the password of the file, over TLS alone", async () => {
  await using folder = await tempFolder();
  const passwordFile = `${folder.path}/password`;
  await Deno.writeTextFile(passwordFile, "SECRET-word\n");
  const passwords: unknown[] = [];
  await using server = await MailServer.start({
    allowInsecureAuth: true,
    disabledCommands: ["STARTTLS"],
    onAuth({ username, password }, _session, done) {
      passwords.push(password);
      if (password === "SECRET-word") done(null, { user: username ?? "" });
      else done(new Error("Invalid username or password"));
    },
  });
  const url = (host: string, file = passwordFile) =>
    `smtp://ca@${host}:${server.port}/?from=ca@example.org&to=a@example.org&password-file=${file}`;
  await deliver(url("127.0.0.1"));
  assert.deepEqual([server.mails.length, server.mails[0]?.user, passwords], [1, "ca", ["SECRET-word"]]);
  await Deno.writeTextFile(`${folder.path}/wrong`, "SECRET-guess\n");
  assert.match(await failure(deliver(url("127.0.0.1", `${folder.path}/wrong`))), /answered 535/);
  passwords.length = 0;
  // Another name of this machine: to a host elsewhere, no password goes without TLS.
  await failure(deliver(url("[::ffff:127.0.0.1]")));
  assert.deepEqual(passwords, []);
  await assert.rejects(deliver(url("127.0.0.1", `${folder.path}/none`)), isRefusal("file"));
});

Deno.test("a mail server whose certificate nobody trusts gets no mail", async () => {
  await using folder = await tempFolder();
  await Deno.writeTextFile(`${folder.path}/password`, "SECRET-word\n");
  const query = `?from=ca@example.org&to=a@example.org&password-file=${folder.path}/password`;
  const passwords: unknown[] = [];
  const onAuth = (_auth: unknown, _session: unknown, done: (error: Error) => void) => {
    passwords.push(1);
    done(new Error("no"));
  };
  await using tls = await MailServer.start({ secure: true, onAuth });
  await failure(deliver(`smtps://ca@127.0.0.1:${tls.port}/${query}`));
  await using startTls = await MailServer.start({ onAuth });
  await failure(deliver(`smtp://ca@[::ffff:127.0.0.1]:${startTls.port}/${query}`));
  assert.deepEqual([passwords, tls.mails, startTls.mails], [[], [], []]);
});

Deno.test("a mail server that talks without end is left when its time is over", async () => {
  const closed = Promise.withResolvers<void>();
  const talking = createServer((socket) => {
    socket.on("error", () => {}).on("close", () => closed.resolve());
    socket.write("220 hello\r\n");
    const timer = setInterval(() => socket.write("250-and more\r\n"), 20);
    socket.on("close", () => clearInterval(timer));
  });
  await new Promise<void>((resolve) => talking.listen(0, "127.0.0.1", resolve));
  const address = talking.address();
  const port = typeof address === "object" ? address?.port : address;
  assert.match(await failure(deliver(`smtp://127.0.0.1:${port}/?from=ca@example.org&to=a@example.org`)), /within 1 s/);
  await closed.promise;
  await new Promise((resolve) => talking.close(resolve));
});

Deno.test("a mail server that refuses, hangs or is not there has not taken it", async () => {
  await using refusing = await MailServer.start({
    authOptional: true,
    disabledCommands: ["STARTTLS"],
    onRcptTo: (_address, _session, done) => done(new Error("no such mailbox SECRET")),
  });
  const url = (port: number) => `smtp://127.0.0.1:${port}/?from=ca@example.org&to=a@example.org`;
  assert.match(await failure(deliver(url(refusing.port))), /answered 550/);
  assert.match(await failure(deliver(url(1))), /cannot be reached/);
  using silent = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const connection = silent.accept();
  assert.match(await failure(deliver(url(silent.addr.port))), /within 1 s|cannot be reached/);
  (await connection).close();
});

Deno.test("what is under way is given up when the server stops", async () => {
  await using receiver = await WebhookReceiver.start();
  receiver.answer = () => "never";
  const stopping = new AbortController();
  const work = deliver(receiver.url, undefined, stopping.signal);
  await receiver.until(1);
  stopping.abort(new Error("stopped"));
  await assert.rejects(work, /stopped/);
});
