import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { utf16 } from "../../tests/support/saved_text.ts";
import { LIFE_SPAN, NOW, random } from "../../tests/support/issuing.ts";
import { newKey, testKey } from "../../tests/support/keys.ts";
import { strictLog } from "../../tests/support/recorded_log.ts";
import {
  backUp,
  keyAndCertificatePem,
  keyPem,
  makeRestorable,
  manageHost,
  requestFor,
  type Restorable,
  RESTORED_AT,
} from "../../tests/support/restorable.ts";
import { crlLifeSpan } from "../../core/ca/lifecycle.ts";
import { belongTogether } from "../../core/host/key_file.ts";
import { certificateFromPem, isIssuedBy } from "../../core/x509/certificate.ts";
import { findExtension } from "../../core/x509/extension.ts";
import { nameToText } from "../../core/x509/name.ts";
import { OID } from "../../core/der/oids.ts";
import { encryptPrivateKey } from "../../core/keys/encrypted_key.ts";
import { RESTORED_MARK } from "../storage/sqlite/restored_mark.ts";
import { CA_NAMES } from "../../core/ca/stores.ts";
import { openSqliteStorage } from "../storage/sqlite/sqlite_storage.ts";
import { manage } from "./manage.ts";

const TABLES = CA_NAMES.flatMap((ca) =>
  ["ca", "crt", "revoked", "counter", "config_once", "config"].map((t) => ca + t)
);
const CHANGED = ["caucrt", "caurevoked", "caucounter"];

async function openRestored({ order }: Restorable) {
  return await openSqliteStorage({ path: order.db, lock: true, log: strictLog });
}

/** Rows of `table` in both databases. */
function rowsOf({ original, order }: Restorable, table: string): { before: unknown[][]; after: unknown[][] } {
  const restored = new DatabaseSync(order.db, { readOnly: true });
  const statement = restored.prepare(`SELECT * FROM ${table}`);
  statement.setReadBigInts(true);
  const after = statement.all().map((row) => Object.values(row));
  restored.close();
  return { before: original.rows(table), after };
}

Deno.test("manage() restores every row, certifies the new key like the old one, and revokes that", async () => {
  await using restorable = await makeRestorable();
  const { original, certificate, files, order } = restorable;
  assert.deepEqual(await manage(order, manageHost()), {
    restored: true,
    importedCas: undefined,
    importedCrls: undefined,
  });
  for (const table of TABLES.filter((name) => !CHANGED.includes(name))) {
    const { before, after } = rowsOf(restorable, table);
    assert.deepEqual(after, before, table);
  }
  const issued = await certificateFromPem(await Deno.readTextFile(files.crt));
  assert.ok(belongTogether(restorable.newKey, issued));
  assert.ok(await isIssuedBy(issued, original.ca.certificate));
  assert.deepEqual(issued.subject, certificate.subject);
  assert.equal(issued.notAfter, RESTORED_AT - 10 + LIFE_SPAN);
  const requests = rowsOf(restorable, "caucrt");
  const [id, ...added] = requests.after.find((row) => !requests.before.some((old) => old[0] === row[0])) ?? [];
  assert.ok(typeof id === "bigint" && id > 0n);
  assert.equal(requests.after.length, requests.before.length + 1);
  assert.deepEqual(added.map((value) => value instanceof Uint8Array ? new TextDecoder().decode(value) : value), [
    restorable.newKey.publicKey.keyId,
    BigInt(RESTORED_AT + LIFE_SPAN),
    await Deno.readTextFile(files.csr),
    await Deno.readTextFile(files.crt),
  ]);
  const expiration = BigInt(certificate.notAfter + crlLifeSpan(LIFE_SPAN));
  assert.deepEqual(rowsOf(restorable, "caurevoked").after, [[
    `${certificate.serial}`,
    BigInt(RESTORED_AT),
    expiration,
  ]]);
});

Deno.test("manage() leaves a restored database private, alone, marked, and ready to be served", async () => {
  await using restorable = await makeRestorable();
  await manage(restorable.order, manageHost());
  assert.deepEqual(await restorable.list(), [
    "b.caucased",
    "new.crt",
    "new.csr",
    "new.sqlite",
    "new.sqlite.lock",
    "old.pem",
  ]);
  assert.equal(((await Deno.stat(restorable.order.db)).mode ?? 0) & 0o777, 0o600);
  const database = new DatabaseSync(restorable.order.db, { readOnly: true });
  assert.equal(database.prepare("PRAGMA user_version").get()?.["user_version"], RESTORED_MARK);
  assert.deepEqual(database.prepare("PRAGMA integrity_check").all().map((row) => row["integrity_check"]), ["ok"]);
  database.close();
  const storage = await openRestored(restorable);
  assert.equal(await storage.jumpIfRestored(), true);
  assert.equal((await storage.ca("cau").revocations.crlContent()).number, 1_000_001n, "one revocation, then the jump");
  await storage.close();
});

Deno.test("manage() appends the new certificate to a file that holds the new key", async () => {
  await using restorable = await makeRestorable();
  const { files, newKey: key } = restorable;
  await Deno.writeTextFile(files.crt, keyPem(key).trimEnd(), { mode: 0o640 });
  await manage(restorable.order, manageHost());
  const text = await Deno.readTextFile(files.crt);
  assert.ok(text.startsWith(keyPem(key)));
  assert.ok(belongTogether(key, await certificateFromPem(text)));
  assert.equal(((await Deno.stat(files.crt)).mode ?? 0) & 0o777, 0o640);
});

Deno.test("manage() asks for the passphrase of an encrypted key", async () => {
  await using restorable = await makeRestorable();
  const { files, order } = restorable;
  const encryption = { passphrase: "sesame", random, iterations: 1 };
  await write(files.key, await encryptPrivateKey(await testKey("RSA"), encryption));
  const ofKey = (path: string) => Promise.resolve(path === files.key ? "sesame" : "");
  const host = manageHost();
  await manage(order, { ...host, passphrases: { ...host.passphrases, ofKey } });
  assert.equal(rowsOf(restorable, "caurevoked").after.length, 1);
});

Deno.test("manage() restores with an expired certificate, and makes a new CA where all have expired", async () => {
  for (const [spans, authorities] of [[2, 1], [5, 2]] as const) {
    await using restorable = await makeRestorable();
    const now = NOW + spans * LIFE_SPAN;
    const host = manageHost(now);
    await manage(restorable.order, host);
    assert.equal(rowsOf(restorable, "cauca").after.length, authorities);
    assert.equal(host.warnings.length, authorities - 1);
    const issued = await certificateFromPem(await Deno.readTextFile(restorable.files.crt));
    assert.ok(issued.notBefore <= now && now < issued.notAfter);
  }
});

Deno.test("manage() takes the certificate beside the key where the database has forgotten it", async () => {
  await using restorable = await makeRestorable();
  const forgotten = await makeRestorable((original) => original.writer.exec("UPDATE caucrt SET key_id = x'00'"));
  await using _forgotten = forgotten;
  await assert.rejects(manage(forgotten.order, manageHost()), { code: "not-found", message: /no user's certificate/ });
  const pem = keyAndCertificatePem(await testKey("RSA"), forgotten.certificate);
  await Deno.writeTextFile(forgotten.files.key, pem);
  await manage(forgotten.order, manageHost());
  const stranger = keyAndCertificatePem(await testKey("RSA"), forgotten.certificate);
  await Deno.writeTextFile(restorable.files.key, stranger);
  await manage(restorable.order, manageHost());
  const [row] = rowsOf(restorable, "caurevoked").after;
  assert.equal(row?.[0], `${restorable.certificate.serial}`, "the one in the database comes first");
});

interface Refusal {
  readonly name: string;
  readonly code: string;
  readonly message: RegExp;
  readonly spoil: (restorable: Restorable) => Promise<void>;
}

const write = (path: string, text: string) => Deno.writeTextFile(path, text);

const REFUSALS: readonly Refusal[] = [
  {
    name: "the database exists",
    code: "storage",
    message: /new\.sqlite exists$/,
    spoil: ({ order }) => write(order.db, ""),
  },
  {
    name: "a write-ahead log of a lost database is there",
    code: "storage",
    message: /new\.sqlite-wal exists$/,
    spoil: ({ order }) => write(`${order.db}-wal`, "frames"),
  },
  {
    name: "the key is nobody's",
    code: "file",
    message: /^cannot use .*b\.caucased: the backup is not encrypted to the key/,
    spoil: async ({ files }) => await write(files.key, keyPem(await newKey("P-256"))),
  },
  {
    name: "the key file holds none",
    code: "file",
    message: /^cannot use .*old\.pem: it holds no private key$/,
    spoil: ({ files }) => write(files.key, ""),
  },
  {
    name: "the request is for the key that is given up",
    code: "file",
    message: /new\.csr: it is a request for the key that opens/,
    spoil: async ({ files }) => await write(files.csr, await requestFor(await testKey("RSA"))),
  },
  {
    name: "the request is none",
    code: "file",
    message: /^cannot use .*new\.csr: certificate request: this is no PEM at all$/,
    spoil: ({ files }) => write(files.csr, "x"),
  },
  {
    name: "the request is missing",
    code: "file",
    message: /^cannot read .*new\.csr: it does not exist$/,
    spoil: ({ files }) => Deno.remove(files.csr),
  },
  {
    name: "the certificate's file holds another key",
    code: "file",
    message: /new\.crt: it holds another private key/,
    spoil: async ({ files }) => await write(files.crt, keyPem(await testKey("P-256"))),
  },
  {
    name: "the certificate's file is a folder",
    code: "file",
    message: /new\.crt/,
    spoil: ({ files }) => Deno.mkdir(files.crt),
  },
  {
    name: "the backup is missing",
    code: "file",
    message: /^cannot read .*b\.caucased: no such file/,
    spoil: ({ files }) => Deno.remove(files.backup),
  },
];

for (const { name, code, message, spoil } of REFUSALS) {
  Deno.test(`manage() refuses to restore and leaves nothing when ${name}`, async () => {
    await using restorable = await makeRestorable();
    await spoil(restorable);
    const before = await restorable.list();
    await assert.rejects(manage(restorable.order, manageHost()), { name: "CaucaseError", code, message });
    assert.deepEqual(await restorable.list(), before);
  });
}

Deno.test("manage() refuses to restore for a revoked user, or for a key that a user has", async () => {
  await using revoked = await makeRestorable();
  await using known = await makeRestorable();
  await known.original.addUser(known.newKey.publicKey);
  await backUp(known.original, known.files.backup);
  await assert.rejects(manage(known.order, manageHost()), { code: "duplicate-key" });
  revoked.original.revoke(revoked.certificate);
  await backUp(revoked.original, revoked.files.backup);
  await assert.rejects(manage(revoked.order, manageHost()), { code: "untrusted", message: /is revoked$/ });
  for (const { list } of [known, revoked]) assert.deepEqual(await list(), ["b.caucased", "new.csr", "old.pem"]);
});

Deno.test("manage() certifies a user whose old certificate names nothing under the names of the request", async () => {
  await using restorable = await makeRestorable(() => {}, (original, key) => original.addNamelessUser(key));
  const { files, order } = restorable;
  const pem = await Deno.readTextFile(files.csr);
  await Deno.writeFile(files.csr, utf16(`\ufeff${pem}`));
  const host = manageHost();
  await manage(order, host);
  const issued = await certificateFromPem(await Deno.readTextFile(files.crt));
  assert.equal(nameToText(issued.subject), "CN=anybody");
  assert.ok(findExtension(issued.extensions, OID.KEY_USAGE), "all but the names is as it was");
  assert.match(host.warnings.join(), /^the names of the old certificate cannot be used, .*: .*nothing is named/);
  assert.ok(rowsOf(restorable, "caucrt").after.flat().some((value) => hasText(value, pem)), "the request is in ASCII");
});

function hasText(value: unknown, text: string): boolean {
  return value === text || value instanceof Uint8Array && new TextDecoder().decode(value) === text;
}
