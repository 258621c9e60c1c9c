/** "Getting something signed, renewed or revoked", first half: whose messages count, and how often. */
import { without } from "./mutation.ts";
import type { Threat } from "./threat.ts";

const AUTHORISATION = { file: "tests/security/authorisation_test.ts", filter: "everybody gets what" };
const CONFUSION = { file: "tests/security/certificate_confusion_test.ts", filter: "only good certificates" };
const ANOTHER_KEY = { file: "tests/security/certificate_confusion_test.ts", filter: "that another key signed" };
const ONCE_OVER = { file: "tests/security/replay_test.ts", filter: "is good for nothing once" };
const FORMS = { file: "tests/security/message_forms_test.ts", filter: "of which a character was changed" };
const SCHEMES = { file: "tests/security/message_forms_test.ts", filter: "signature of another scheme" };
const UNSIGNED = { file: "tests/security/message_forms_test.ts", filter: "signature was taken off" };
const SENT_AGAIN = { file: "tests/security/replay_test.ts", filter: "gets the same certificate, and makes none: cas" };
const MUCH_LATER = { file: "tests/security/replay_test.ts", filter: "a renewal at cas makes one certificate" };
const FETCHED = { file: "core/ca/issuance_test.ts", filter: "renew() answers a message that was overheard" };
const REVOKED_AGAIN = {
  file: "tests/security/replay_test.ts",
  filter: "revocation that is sent again is refused: cas",
};
const RESTORED = { file: "tests/security/replay_test.ts", filter: "after a restore" };
const ADMITTED = { file: "server/manage/repair_test.ts", filter: "exactly one more request of a user" };
const SIGNED_AGAIN = { file: "tests/security/replay_test.ts", filter: "a signature and a rejection" };
const SIGNING_RACE = { file: "tests/server/races_test.ts", filter: "24 signatures of one request" };
const OVERTAKEN = { file: "core/ca/issuance_test.ts", filter: "rejected while the certificate was made" };

const ISSUANCE = "core/ca/issuance.ts";
const REVOCATION = "core/ca/revocations.ts";
const VERIFICATION = "core/ca/verification.ts";
const ENVELOPE = "core/protocol/envelope.ts";
const REQUESTS = "server/storage/sqlite/request_store.ts";
const STORE = "server/storage/sqlite/revocation_store.ts";

export const CHANGING: readonly Threat[] = [
  {
    attack: "renewing or revoking somebody else's certificate",
    mutations: [
      without("the holder's signature on a renewal", ANOTHER_KEY, [
        ISSUANCE,
        "await requireHolder(message, certificate, this.settings.verify);",
        "",
      ]),
      without("the holder's signature on a revocation", ANOTHER_KEY, [
        REVOCATION,
        "await requireHolder(message.message, certificate, this.parts.verify);",
        "",
      ]),
      without("the holder's signature on a renewal, in the table of everybody", AUTHORISATION, [
        ISSUANCE,
        "await requireHolder(message, certificate, this.settings.verify);",
        "",
      ]),
    ],
  },
  {
    attack: "renewing a certificate that is revoked or expired",
    mutations: [
      without("a look at the certificate that is renewed", CONFUSION, [
        ISSUANCE,
        "await this.verification.requireGood(certificate, now);",
        "await this.verification.requireIssued(certificate, now);",
      ]),
      without("its dates", ONCE_OVER, [VERIFICATION, "if (!isValidAt(certificate, now)) {", "if (false) {"]),
      without("its revocation", ONCE_OVER, [
        VERIFICATION,
        "if (await this.stores.revocations.isRevoked(certificate.serial)) {",
        "if (false) {",
      ]),
    ],
  },
  {
    attack: "revoking another issuer's certificate, or an expired one",
    mutations: [
      without("a look at the certificate that is revoked", CONFUSION, [
        REVOCATION,
        "const { certificate } = message;\n    await this.parts.verification.requireIssued(certificate, by.now);",
        "const { certificate } = message;",
      ]),
    ],
  },
  {
    attack: "an unsigned revocation that no user sent",
    mutations: [
      without("a look at who sent it", AUTHORISATION, [
        "server/caucase/handlers.ts",
        'from: envelope.digest === null ? "user" : "holder"',
        'from: "holder"',
      ]),
      without("a look at who sent it, once signed", UNSIGNED, [
        "server/caucase/handlers.ts",
        'from: envelope.digest === null ? "user" : "holder"',
        'from: "holder"',
      ]),
    ],
  },
  {
    attack: "a message with another digest, an edited payload, or a signature of another scheme or salt",
    mutations: [
      without("the digest's name under the signature", FORMS, [
        ENVELOPE,
        "utf8(`${payload}${digest} `)",
        "utf8(payload)",
      ]),
      without("the payload as it was written", FORMS, [
        ENVELOPE,
        "const data = signedBytes(message.payload, digest);",
        "const data = signedBytes(message.payload.trim(), digest);",
      ]),
      without("strict base64", FORMS, [ENVELOPE, 'lastChunkHandling: "strict"', 'lastChunkHandling: "loose"']),
      without("the signature", FORMS, [ENVELOPE, "if (!genuine) throw", "if (false) throw"]),
      without("the longest salt", SCHEMES, [
        "core/keys/signature_algorithm.ts",
        "Math.ceil((bits - 1) / 8) - HASH_SIZE[hash] - 2",
        "HASH_SIZE[hash]",
      ]),
    ],
  },
  {
    attack: "one signature that is good for two payloads",
    mutations: [
      without("well-formed text", FORMS, [ENVELOPE, "if (!message.payload.isWellFormed()) {", "if (false) {"]),
    ],
  },
  {
    attack:
      "sending a renewal again to get a second certificate, at any time while the old one is good; sending a revocation again",
    mutations: [
      without("a look for the renewal before", SENT_AGAIN, [ISSUANCE, "if (before !== undefined) return before;", ""]),
      without("a memory as long as the old certificate", MUCH_LATER, [
        ISSUANCE,
        "return Math.max(now + unread, old.notAfter + unread - read);",
        "return now + unread;",
      ]),
      without("a memory that no fetching shortens", FETCHED, [ISSUANCE, " && keptUntil <= now + unread)", ")"]),
      without("a look for the revocation before", REVOKED_AGAIN, [
        STORE,
        "if (this.table.has(serial)) return alreadyRevoked(serial);",
        "",
      ]),
    ],
  },
  {
    attack: "sending a message again after a restore, to use a key that was given up or to have a CRL number twice",
    mutations: [
      without("the revocation of the key that was given up", RESTORED, [
        "server/manage/restored_user.ts",
        "await store.revocations.revoke(",
        "await Promise.resolve(",
      ]),
      without("the jump of CRL numbers", RESTORED, ["server/storage/sqlite/restored_mark.ts", "1_000_000n", "1n"]),
    ],
  },
  {
    attack: "a second request, when one more user is admitted because none was left",
    mutations: [
      without("the count that ends with the next request", ADMITTED, [
        "server/storage/sqlite/repair.ts",
        'counter("received_csr")) + 1',
        'counter("received_csr")) + 2',
      ]),
    ],
  },
  {
    attack: "signing or rejecting a request twice, also at the same moment",
    mutations: [
      without("a look at what was signed", SIGNED_AGAIN, [
        ISSUANCE,
        "if (stored.certificatePem !== undefined) throw notFound(id);",
        "",
      ], [
        REQUESTS,
        "SET crt = ?, expiration_date = ? WHERE id = ? AND crt IS NULL",
        "SET crt = ?, expiration_date = ? WHERE id = ?",
      ]),
      without("turns, and the condition in the database", SIGNING_RACE, [
        ISSUANCE,
        "return this.#byId.run(id, async () => {\n      const stored",
        "return Promise.try(async () => {\n      const stored",
      ], [
        REQUESTS,
        "SET crt = ?, expiration_date = ? WHERE id = ? AND crt IS NULL",
        "SET crt = ?, expiration_date = ? WHERE id = ?",
      ]),
      without("the condition when rejecting", SIGNED_AGAIN, [
        REQUESTS,
        "WHERE id = ? AND crt IS NULL RETURNING ${BYTES} AS bytes`;\n    return this.#uncount(this.database.all(sql, id));",
        "WHERE id = ? RETURNING ${BYTES} AS bytes`;\n    return this.#uncount(this.database.all(sql, id));",
      ]),
      without("the answer of the database", OVERTAKEN, [
        ISSUANCE,
        "if (!await this.stores.certificates.complete(id, issued, by)) throw notFound(id);",
        "await this.stores.certificates.complete(id, issued, by);",
      ]),
    ],
  },
];
