/** Signed JSON: the envelope, what is in it, and the chain of CA certificates. */
import assert from "node:assert/strict";
import { utf8 } from "../../../core/bytes.ts";
import { readRenewal, readRevocation, readRevocationEnvelope, requireHolder } from "../../../core/ca/messages.ts";
import { type Message, messageFromJson, messageToJson, verifyMessage } from "../../../core/protocol/envelope.ts";
import { readVoucher } from "../../../core/protocol/https_voucher.ts";
import { parseJson } from "../../../core/json.ts";
import { followChain, parseChain } from "../../../core/protocol/ca_chain.ts";
import { FUZZ_NOW, fuzzCa } from "../material.ts";
import { defineTarget } from "../target.ts";

const CA = await fuzzCa();
const KNOWN = [CA.certificate];

const WORDS = [
  ...["payload", "digest", "signature", "sha256", "sha512", "sha384", "old_pem", "new_pem", "crt_pem", "ca_pem"],
  ...["renew_csr_pem", "revoke_crt_pem", "revoke_serial", "https_ca_pem", "{", "}", "[", "]", ":", ",", '"', "\\n"],
];

const CODES = ["malformed", "unacceptable", "untrusted"] as const;

export const envelope = defineTarget({
  name: "envelope",
  grammar: "json",
  words: WORDS,
  codes: CODES,
  read: (input) => messageFromJson(parseJson(textOf(input), "the message")),
  check: async (message) => {
    assert.deepEqual(messageFromJson(JSON.parse(JSON.stringify(messageToJson(message)))), message);
    if (message.digest === null) return;
    await verifyMessage(message, CA.key.publicKey);
    assert.ok(isOurs(message), "only what the key's holder signed is genuine");
  },
  grown: {
    "nested": (size) => utf8("[".repeat(size / 2) + "]".repeat(size / 2)),
    "payload": (size) => utf8(JSON.stringify({ payload: "x".repeat(size), digest: "sha256", signature: "AAAA" })),
    "members": (size) => utf8(`{${'"a":1,'.repeat(size / 6)}"digest":null,"payload":""}`),
  },
});

/** What the corpus holds of messages that were really signed. */
function isOurs({ payload }: Message): boolean {
  return payload === "" || /^\{"(?:old_pem|crt_pem|revoke_crt_pem|ca_pem)":/.test(payload);
}

export const renewal = defineTarget({
  name: "renewal",
  grammar: "json",
  words: WORDS,
  codes: CODES,
  read: (input) => readRenewal(textOf(input)),
  check: ({ certificate, message }) => requireHolder(message, certificate),
});

export const revocation = defineTarget({
  name: "revocation",
  grammar: "json",
  words: WORDS,
  codes: CODES,
  read: (input) => readRevocation(readRevocationEnvelope(textOf(input))),
  check: async (revocation) => {
    if ("serial" in revocation) assert.ok(revocation.serial >= 0n && revocation.serial < 2n ** 159n);
    if (revocation.by === "holder") await requireHolder(revocation.message, revocation.certificate);
  },
  grown: {
    "a serial number of many digits": (size) =>
      utf8(JSON.stringify({ digest: null, payload: `{"revoke_serial":${"9".repeat(size)}}` })),
    "a payload in many layers": (size) =>
      utf8(JSON.stringify({ digest: null, payload: "[".repeat(size / 2) + "]".repeat(size / 2) })),
  },
});

export const chain = defineTarget({
  name: "chain",
  grammar: "json",
  words: WORDS,
  codes: CODES,
  read: (input) => followChain(KNOWN, parseChain(textOf(input)), FUZZ_NOW),
  check: (trusted) => {
    assert.equal(trusted[0], CA.certificate, "what was trusted stays");
    for (const { isCa } of trusted) assert.ok(isCa);
  },
});

export const voucher = defineTarget({
  name: "voucher",
  grammar: "json",
  words: WORDS,
  codes: CODES,
  read: (input) => readVoucher(textOf(input), KNOWN),
  check: (anchors) => assert.ok(anchors.length > 0),
});

function textOf(input: Uint8Array): string {
  return new TextDecoder().decode(input);
}
