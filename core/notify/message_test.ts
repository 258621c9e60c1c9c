import assert from "node:assert/strict";
import fc from "fast-check";
import type { Bytes } from "../bytes.ts";
import { isRefusal } from "../../tests/support/refusals.ts";
import { commonNameDer } from "../x509/name.ts";
import { dnsName, emailName, subjectAltNameExtension, uriName } from "../x509/general_name.ts";
import { foreignNames } from "./foreign_names.ts";
import { mailOf } from "./mail.ts";
import { readMessage, writeMessage } from "./message.ts";
import type { Notification } from "./notification.ts";

const ENVELOPE = { id: "ab", at: 1_800_000_000, server: "ca.example.org" };

function waiting(commonName: string, alternatives: readonly Bytes[] = []): Notification {
  const extensions = alternatives.length === 0 ? [] : [subjectAltNameExtension(alternatives, false)];
  const names = foreignNames({ subject: commonNameDer(commonName), extensions });
  return { kind: "request-waiting", ca: "cas", requestId: 2n ** 62n, keyId: "cd", names, since: 1_800_000_000 };
}

Deno.test("writeMessage() says everything once, numbers exactly, times in UTC", () => {
  const text = writeMessage(waiting("www", [dnsName("www.example.org"), emailName("a@example.org")]), ENVELOPE);
  assert.deepEqual(JSON.parse(text), {
    id: "ab",
    kind: "request-waiting",
    at: "2027-01-15T08:00:00Z",
    server: "ca.example.org",
    text: "ca.example.org: a request for services waits: CN=www DNS:www.example.org email:a@example.org, " +
      "id 4611686018427387904",
    data: {
      ca: "cas",
      requestId: "4611686018427387904",
      names: ["CN=www", "DNS:www.example.org", "email:a@example.org"],
      keyId: "cd",
      since: "2027-01-15T08:00:00Z",
    },
  });
  assert.equal(readMessage(text).data["requestId"], "4611686018427387904");
});

Deno.test("readMessage() refuses what is no message", () => {
  for (const text of ["", "{}", "[]", '{"id":1}']) assert.throws(() => readMessage(text), isRefusal("malformed"));
});

Deno.test("a name that a stranger chose is no link, mention or mark in a text, and no line or header in a mail", () => {
  const hostile = fc.oneof(
    fc.string({ unit: "binary", minLength: 1, maxLength: 64 }),
    fc.constantFrom(
      "<!channel>",
      "<http://evil.example|click>",
      "@everyone",
      "x @all",
      "[x](http://evil.example)",
      "a\r\nBcc: b@example.org\r\n\r\n",
      '","kind":"test',
      "\u202Egro.elpmaxe",
      "\u115F\u3164\uFFA0",
    ),
  );
  fc.assert(fc.property(hostile, (name) => {
    const text = writeMessage(waiting(name), ENVELOPE);
    const message = readMessage(text);
    assert.equal(message.kind, "request-waiting");
    assert.doesNotMatch(message.text, /[<>&[\]()|`~#!"\\/\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{DI}]|(^|[^a-z0-9])@/iu);
    const mail = mailOf(message, "ca@example.org");
    assert.doesNotMatch(mail.subject, /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
    assert.equal(mail.text.split(/[\r\n\u2028\u2029\u0085]/).length, 12, mail.text);
    assert.equal(mail.messageId, "<ab@example.org>");
  }));
});

Deno.test("long names are shortened, and many are counted", () => {
  const many = Array.from({ length: 50 }, (_, n) => dnsName(`host${n}.example.org`));
  const notification = waiting("x".repeat(64), [uriName(`http://example.org/${"y".repeat(5000)}`), ...many]);
  const message = readMessage(writeMessage(notification, ENVELOPE));
  const names = message.data["names"];
  assert.ok(Array.isArray(names));
  assert.equal(names.length, 21);
  assert.equal(names.at(-1), "and 32 more");
  assert.ok(names.every((name) => name.length <= 100));
  assert.ok(message.text.length < 500, message.text);
  assert.ok(mailOf(message, "ca@example.org").subject.length <= 150);
});
