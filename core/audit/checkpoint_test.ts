import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import * as fc from "fast-check";
import { utf8 } from "../bytes.ts";
import { isRefusal } from "../../tests/support/refusals.ts";
import { openCheckpoint, originOf, signCheckpoint, splitCheckpoints } from "./checkpoint.ts";
import { decodeBundle, decodeEntry, encodeBundle, encodeEntry } from "./entry.ts";
import { leafHash } from "./merkle.ts";
import { openNote, parseVerifierKey, publicKeyOf, signNote, verifierKeyText } from "./note.ts";

const newKey = () => new Uint8Array(generateKeyPairSync("ed25519").privateKey.export({ format: "der", type: "pkcs8" }));

const ORIGIN = originOf("ca.example.org:8009");
const KEY = newKey();
const VERIFIER = { name: ORIGIN, publicKey: publicKeyOf(KEY) };
const TREE = { size: 7, root: leafHash(utf8("root")) };

/** Made by Go's golang.org/x/mod/sumdb/note: the key of its documentation, and a note that it signed. */
const GO_KEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
const GO_NOTE = "If you think cryptography is the answer to your problem,\n" +
  "then you don't know what your problem is.\n\n" +
  "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";

Deno.test("a note that Go signed is opened with the key that Go wrote, and the key is written as Go does", () => {
  const verifier = parseVerifierKey(GO_KEY);
  assert.equal(verifierKeyText(verifier), GO_KEY);
  assert.match(openNote(GO_NOTE, verifier).text, /^If you think/);
});

Deno.test("a checkpoint says its tree to those who have the key", () => {
  const note = signCheckpoint(ORIGIN, TREE, KEY);
  assert.match(note, /^ca\.example\.org:8009\/audit\n7\n[^\n]{44}\n\n— ca\.example\.org:8009\/audit [^\n]+\n$/);
  assert.deepEqual(openCheckpoint(note, parseVerifierKey(verifierKeyText(VERIFIER))), TREE);
});

Deno.test("a checkpoint of another key, another log, or with any byte changed is refused", () => {
  const note = signCheckpoint(ORIGIN, TREE, KEY);
  const other = signCheckpoint(ORIGIN, TREE, newKey());
  assert.throws(() => openCheckpoint(other, VERIFIER), isRefusal("untrusted"));
  const elsewhere = signNote(`other.example/audit\n7\n${TREE.root.toBase64()}\n`, ORIGIN, KEY);
  assert.throws(() => openCheckpoint(elsewhere, VERIFIER), isRefusal("malformed"));
  const bytes = utf8(note);
  fc.assert(fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), (at, change) => {
    const changed = bytes.slice();
    changed[at] = (changed[at] ?? 0) ^ change;
    assert.throws(() => openCheckpoint(new TextDecoder().decode(changed), VERIFIER), { name: "CaucaseError" });
  }));
});

Deno.test("a checkpoint whose text is none is refused, however well it is signed", () => {
  const root = TREE.root.toBase64();
  for (const lines of [["07", root], ["-1", root], ["7", "AAAA"], ["7"], ["1e3", root], ["9".repeat(16), root]]) {
    const note = signNote([ORIGIN, ...lines, ""].join("\n"), ORIGIN, KEY);
    assert.throws(() => openCheckpoint(note, VERIFIER), isRefusal("malformed"), lines.join(" "));
  }
});

Deno.test("openNote() takes the signatures of others beside its own, and nothing that is no note", () => {
  const note = signNote("text\n", ORIGIN, KEY);
  const [line = ""] = signNote("text\n", "witness.example", newKey()).split("\n").slice(-2);
  assert.equal(openNote(`${note}${line}\n`, VERIFIER).text, "text\n");
  for (const text of ["", "text\n", "text\n\n", note.slice(0, -1), `${note}noise\n`, note.replace("— ", "- ")]) {
    assert.throws(() => openNote(text, VERIFIER), isRefusal("malformed"), JSON.stringify(text));
  }
});

Deno.test("parseVerifierKey() refuses a key that does not have the identifier it says", () => {
  const [name, , key] = GO_KEY.split("+", 3);
  for (const text of [`${name}+00000000+${key}`, "", "a+b", `other${GO_KEY}`, GO_KEY.replace("+ARpc", "+BRpc")]) {
    assert.throws(() => parseVerifierKey(text), isRefusal("malformed"), text);
  }
});

Deno.test("splitCheckpoints() finds each of a witness's file, and refuses a file with anything else", () => {
  const notes = [1, 2, 3].map((size) => signCheckpoint(ORIGIN, { ...TREE, size }, KEY));
  assert.deepEqual(splitCheckpoints(notes.map((note) => `${note}\n`).join("")), notes);
  assert.deepEqual(splitCheckpoints(notes[0] ?? ""), notes.slice(0, 1));
  for (const text of ["", "noise\n", `${notes[0]}\nnoise\n`, (notes[0] ?? "").slice(0, 60)]) {
    assert.throws(() => splitCheckpoints(text), isRefusal("malformed"), text);
  }
});

const ROW = {
  id: 2n ** 60n,
  time: 1_800_000_000n,
  ca: utf8("cas"),
  actor: utf8('{"kind":"anonymous","address":"::1"}'),
  event: utf8('{"kind":"revoked","serial":"5","crlNumber":"6"}'),
};

Deno.test("the bytes of an entry are the six lines that are documented", () => {
  const lines = [
    "caucase-event/1",
    "1152921504606846976",
    "1800000000",
    "cas",
    '{"kind":"anonymous","address":"::1"}',
    '{"kind":"revoked","serial":"5","crlNumber":"6"}',
    "",
  ];
  assert.deepEqual(encodeEntry(ROW), utf8(lines.join("\n")));
  assert.deepEqual(decodeEntry(encodeEntry(ROW)), {
    id: ROW.id,
    time: 1_800_000_000,
    ca: "cas",
    actor: { kind: "anonymous", address: "::1" },
    event: { kind: "revoked", serial: "5", crlNumber: "6" },
  });
});

Deno.test("different rows never have the same bytes; rows that would are refused", () => {
  const value = fc.stringMatching(/^[ab1]{0,3}$/).map(utf8);
  const row = fc.record({ id: fc.bigInt(0n, 20n), time: fc.bigInt(-3n, 20n), ca: value, actor: value, event: value });
  fc.assert(fc.property(row, row, (a, b) => {
    const same = [a, b].map(({ id, time, ...texts }) =>
      [id, time, ...Object.values(texts).map((t) => t.toHex())].join()
    );
    assert.equal(encodeEntry(a).toHex() === encodeEntry(b).toHex(), same[0] === same[1]);
  }));
  for (const change of [{ ca: utf8("cas\n") }, { actor: utf8("a\nb") }, { event: new Uint8Array(70_000) }]) {
    assert.throws(() => encodeEntry({ ...ROW, ...change }), isRefusal("storage"));
  }
});

Deno.test("decodeEntry() refuses what is no entry", () => {
  const good = new TextDecoder().decode(encodeEntry(ROW));
  for (const text of ["", good.slice(0, -1), `${good}\n`, good.replace("/1", "/2"), good.replace('"kind"', '"k"')]) {
    assert.throws(() => decodeEntry(utf8(text)), isRefusal("malformed"), text);
  }
  assert.throws(() => decodeEntry(Uint8Array.of(0xff)), isRefusal("malformed"));
});

Deno.test("bundles give back their entries, and refuse another number of them", () => {
  const bytes = fc.uint8Array({ maxLength: 300 }).map((each) => new Uint8Array(each));
  fc.assert(fc.property(fc.array(bytes, { maxLength: 5 }), (entries) => {
    const bundle = encodeBundle(entries);
    assert.deepEqual(decodeBundle(bundle, entries.length).map((entry) => entry.toHex()), entries.map((e) => e.toHex()));
    assert.throws(() => decodeBundle(bundle, entries.length + 1), isRefusal("malformed"));
    if (bundle.length > 0) {
      assert.throws(() => decodeBundle(bundle.slice(0, -1), entries.length), isRefusal("malformed"));
    }
  }));
});
