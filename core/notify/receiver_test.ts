import assert from "node:assert/strict";
import { CaucaseError } from "../errors.ts";
import { isRefusal } from "../../tests/support/refusals.ts";
import { NOTIFICATION_KINDS } from "./notification_kinds.ts";
import { parseReceiver, parseReceivers } from "./receiver.ts";

const MAIL = "from=ca@example.org&to=admin@example.org";

Deno.test("parseReceiver() reads the URL of a webhook, and shows nothing of its path", () => {
  const receiver = parseReceiver("https://hooks.example.org:8443/services/T0/SECRET?x=1");
  assert.equal(
    receiver.protocol === "webhook" && receiver.url.href,
    "https://hooks.example.org:8443/services/T0/SECRET?x=1",
  );
  assert.equal(receiver.shown, "https://hooks.example.org:8443");
  assert.deepEqual(receiver.kinds, NOTIFICATION_KINDS);
});

Deno.test("parseReceiver() reads which kinds a receiver wants, and does not send that on", () => {
  const receiver = parseReceiver("https://example.org/hook#revoked,backup-old", ["job-failing"]);
  assert.deepEqual(receiver.kinds, ["revoked", "backup-old"]);
  assert.equal(receiver.protocol === "webhook" && receiver.url.href, "https://example.org/hook");
  assert.deepEqual(parseReceiver("https://example.org/hook", ["job-failing"]).kinds, ["job-failing"]);
});

Deno.test("parseReceiver() tells receivers apart by all but what they want, and where a password is", () => {
  const identity = (url: string) => parseReceiver(url).identity;
  assert.equal(identity("https://example.org/a"), identity("https://example.org/a#revoked"));
  assert.notEqual(identity("https://example.org/a"), identity("https://example.org/b"));
  const mail = `smtps://user@mail.example.org/?${MAIL}&password-file`;
  assert.equal(identity(`${mail}=/a`), identity(`${mail}=/b#revoked`));
  assert.notEqual(identity(`${mail}=/a`), identity(`${mail}=/a&to=another@example.org`));
});

Deno.test("parseReceivers() refuses the same receiver twice, also for other kinds", () => {
  const url = "https://chat.example.org/hooks/SECRET";
  assert.equal(parseReceivers([url, `${url}2`, "https://chat.example.org/"]).length, 3);
  for (const again of [url, `${url}#revoked`, url.replace("chat", "CHAT")]) {
    assert.throws(() => parseReceivers([`${url}#backup-failed`, again]), (error) => {
      assert.ok(isRefusal("usage")(error) && error instanceof Error);
      assert.match(error.message, /names https:\/\/chat.example.org twice/);
      return true;
    });
  }
});

Deno.test("parseReceiver() reads where mail goes, and whether TLS must be used", () => {
  const read = (url: string) => {
    const receiver = parseReceiver(url);
    assert.equal(receiver.protocol, "mail");
    const { host, port, isTls, startTls, login, from, to } = receiver;
    return { host, port, isTls, startTls, user: login?.user, from, to };
  };
  const addresses = { from: "ca@example.org", to: ["admin@example.org"] };
  assert.deepEqual(read(`smtp://relay.example.org/?${MAIL}`), {
    ...{ host: "relay.example.org", port: 25, isTls: false, startTls: "offered", user: undefined },
    ...addresses,
  });
  assert.deepEqual(read(`smtp://ca%40example.org@relay.example.org:587/?${MAIL}&password-file=/p`), {
    ...{ host: "relay.example.org", port: 587, isTls: false, startTls: "required", user: "ca@example.org" },
    ...addresses,
  });
  assert.deepEqual(read(`smtps://[2001:db8::1]/?${MAIL},other@example.org`), {
    ...{ host: "2001:db8::1", port: 465, isTls: true, startTls: "offered", user: undefined },
    from: "ca@example.org",
    to: ["admin@example.org", "other@example.org"],
  });
  assert.equal(read(`smtp://localhost?${MAIL}`).startTls, "never");
});

Deno.test("parseReceiver() refuses what it cannot use, and repeats no secret", () => {
  for (
    const url of [
      "SECRET",
      "ftp://example.org/SECRET",
      "https://SECRET@example.org/",
      "https://user:SECRET@example.org/",
      `smtp://user:SECRET@example.org/?${MAIL}`,
      `smtp://SECRET@example.org/?${MAIL}`,
      `smtp://example.org/?${MAIL}&password-file=SECRET`,
      `smtp://example.org/?${MAIL}&password=SECRET`,
      `smtp://example.org/SECRET?${MAIL}`,
      "smtp://example.org/?from=ca@example.org",
      "smtp://example.org/?to=ca@example.org",
      "smtp://example.org/?from=ca@example.org&to=SECRET",
      "smtp://example.org/?from=ca@example.org&to=a@example.org%0d%0aBcc:%20SECRET@example.org",
      "smtp://example.org/?from=%3CSECRET%3E%20ca@example.org&to=a@example.org",
      `smtp:///?${MAIL}`,
      "https://example.org/#SECRET",
    ]
  ) {
    assert.throws(() => parseReceiver(url), (error) => {
      assert.ok(error instanceof CaucaseError && !`${error.message} ${error.details.hint}`.includes("SECRET"), url);
      return isRefusal("usage")(error);
    }, url);
  }
});
