/** "Getting something signed" and "Stopping", of ACME: who a request is from, and what it is for. */
import { without } from "./mutation.ts";
import type { Threat } from "./threat.ts";

const REQUESTS = "tests/security/acme_requests_test.ts";
const ACCESS = "tests/security/acme_access_test.ts";
const ACCOUNTS_TEST = "tests/acme/accounts_test.ts";
const ORDERS_TEST = "tests/acme/orders_test.ts";
const REVOCATION_TEST = "tests/acme/revocation_test.ts";

const NONCES = "server/acme/nonces.ts";
const ADMISSIONS = "server/acme/admissions.ts";
const JWS = "server/acme/jws.ts";
const BINDING = "server/acme/external_binding.ts";
const ACCOUNTS = "server/acme/handlers/accounts.ts";
const ORDERS = "server/acme/handlers/orders.ts";
const AUTHORIZATIONS = "server/acme/handlers/authorizations.ts";
const ISSUANCE = "core/ca/account_issuance.ts";
const REVOCATION = "core/ca/account_revocation.ts";

const raw = (filter: string) => ({ file: REQUESTS, filter });

export const ORDERING: readonly Threat[] = [
  {
    attack: "an ACME request that is sent again, also after a restart, or with a nonce that somebody made up",
    mutations: [
      without("the mark of a nonce that was used", raw("a nonce is good once"), [
        NONCES,
        "    this.#mark(count, true);\n    return true;",
        "    return true;",
      ]),
      without("the code of a nonce", { file: "server/acme/nonces_test.ts", filter: "another process" }, [
        NONCES,
        "if (!timingSafeEqual(this.#code(counter), bytes.subarray(COUNTER_BYTES))) return false;",
        "if (bytes.length === 0) return false;",
      ]),
      without("the end of nonces", { file: "server/acme/nonces_test.ts", filter: "too old" }, [
        NONCES,
        "if (count < this.#next - this.remembered || this.#isUsed(count)) return false;",
        "if (this.#isUsed(count)) return false;",
      ]),
    ],
  },
  {
    attack: "an ACME request that was signed for another URL, or for another server",
    mutations: [
      without("a look at what was signed", raw("a request is for the URL"), [
        ADMISSIONS,
        "if (url !== urls.ofTarget(exchange.target)) {",
        "if (false) {",
      ]),
    ],
  },
  {
    attack:
      "an ACME request that is not signed, or with an algorithm that proves nothing: none, HMAC with a public key",
    mutations: [
      without("the signature", raw("what is not signed"), [
        JWS,
        "  await verify(() => flattenedVerify(flattened, key, { algorithms: [alg] }));",
        "  await verify(() => Promise.resolve(key));",
      ]),
      without(
        "the list of algorithms",
        raw("a public key is no secret"),
        [JWS, "if (!ALGORITHMS.some((known) => known === alg)) throw", "if (alg === '') throw"],
        [JWS, "if (algorithmOf(parsed) !== alg) throw", "if (alg === '') throw"],
      ),
      without("the choice between a key and an account", raw("a header has jwk or kid"), [
        ADMISSIONS,
        "if ((jwk === undefined) === (kid === undefined)) {",
        "if (false) {",
      ]),
    ],
  },
  {
    attack: "using an ACME account or order of somebody else, or an account that has ended",
    mutations: [
      without("the owner of an account", { file: ACCESS, filter: "everybody gets of ACME" }, [
        ACCOUNTS,
        "if (call.account.id !== id) throw",
        "if (id === '') throw",
      ]),
      without("the owner of an order", raw("what is another account's"), [
        ORDERS,
        'if (record?.order.account !== account.id) throw noSuch("order");',
        'if (record === undefined || account.id === "") throw noSuch("order");',
      ]),
      without("the owner of an authorization", raw("what is another account's"), [
        AUTHORIZATIONS,
        'if (found?.account !== account.id) throw noSuch("authorization");',
        'if (found === undefined || account.id === "") throw noSuch("authorization");',
      ]),
      without("the end of an account", raw("an account that was deactivated"), [
        ADMISSIONS,
        '  if (status !== "valid") throw',
        "  if (false) throw",
      ]),
    ],
  },
  {
    attack: "a certificate for more names than an ACME order has, a second one for the same order, or one too late",
    mutations: [
      without("the comparison of names", raw("a request to certify"), [
        "core/acme/order_csr.ts",
        "if (!sameIdentifiers(identifiersOf(csr), checks.identifiers)) throw",
        "if (identifiersOf(csr).length === 99) throw",
      ]),
      without(
        "the state of an order",
        raw("an order that has expired"),
        [ORDERS, 'if (status !== "ready") throw', "if (false) throw"],
        [ISSUANCE, 'if (record === undefined || status !== "ready") throw', "if (record === undefined) throw"],
      ),
      without(
        "the refusal of all but one",
        raw("an order is finalized once"),
        [
          ISSUANCE,
          'if (!await this.#finalize(order, wanted)) throw notReady("the order was finalized meanwhile");',
          "await this.#finalize(order, wanted);",
        ],
        [ORDERS, 'if (status !== "ready") throw', "if (false) throw"],
        [
          ISSUANCE,
          'if (record === undefined || status !== "ready") throw',
          "if (record === undefined) throw",
        ],
      ),
      without("what may be ordered", { file: ORDERS_TEST, filter: "names are judged" }, [
        ORDERS,
        "const rules = { allow: [allow, account.allow], deny };",
        "const rules = { allow: [allow, account.allow].slice(2), deny: deny.slice(deny.length) };",
      ]),
    ],
  },
  {
    attack: "an ACME account bound to a key that a user gave to somebody else",
    mutations: [
      without("the code of a binding", { file: ACCOUNTS_TEST, filter: "a binding is made with its key" }, [
        BINDING,
        "  await verifyWithSecret(inner, secret);\n",
        "  if (secret.length === 0) await verifyWithSecret(inner, secret);\n",
      ]),
      without("the account of a binding", { file: ACCOUNTS_TEST, filter: "a binding is made with its key" }, [
        BINDING,
        "if (readAccountKey(inner.payload).thumbprint !== key.thumbprint) throw",
        "if (readAccountKey(inner.payload).thumbprint === '' || key.thumbprint === '') throw",
      ]),
    ],
  },
  {
    attack: "giving an ACME account a key that its holder does not have",
    mutations: [
      without("the signature of the new key", { file: ACCOUNTS_TEST, filter: "key changes" }, [
        ACCOUNTS,
        "  await verifyWithKey(inner, key);\n",
        "  if (inner.isEmpty) await verifyWithKey(inner, key);\n",
      ]),
      without("the old key", { file: ACCOUNTS_TEST, filter: "key changes" }, [
        ACCOUNTS,
        "if (readAccountKey(oldKey).thumbprint !== account.thumbprint) throw",
        "if (readAccountKey(oldKey).thumbprint === '') throw",
      ]),
    ],
  },
  {
    attack: "revoking or replacing over ACME what somebody else ordered",
    mutations: [
      without("the right of an account", { file: REVOCATION_TEST, filter: "the account that ordered" }, [
        REVOCATION,
        "if (!await this.#ordered(account, certificate) && !await this.#isAuthorized(account, certificate, now)) {",
        "if (!await this.#ordered(account, certificate) && certificate.serial === 0n) {",
      ]),
      without("the key of the certificate", { file: REVOCATION_TEST, filter: "the key of a certificate" }, [
        REVOCATION,
        "if (thumbprintOfKey(certificate.publicKey.spki) !== thumbprint) {",
        "if (thumbprint === '') {",
      ]),
      without("the account of what is replaced", { file: REVOCATION_TEST, filter: "an order replaces" }, [
        "server/acme/replacing.ts",
        " || origin.account !== account.id) {",
        " || account.id === '') {",
      ]),
    ],
  },
];

export const ORDERING_TOO_MUCH: readonly Threat[] = [
  {
    attack: "strangers who make ACME accounts, orders and challenges without end",
    mutations: [
      without("how many accounts an address makes", { file: ACCOUNTS_TEST, filter: "strangers make" }, [
        ACCOUNTS,
        "perAddressAndHour: settings.limits.accountsPerAddressAndHour,",
        "perAddressAndHour: 1000 * settings.limits.accountsPerAddressAndHour,",
      ]),
      without("how many orders wait", { file: ACCOUNTS_TEST, filter: "strangers make" }, [
        ORDERS,
        "pendingOrdersPerAccount: limits.pendingOrdersPerAccount,",
        "pendingOrdersPerAccount: 1000 * limits.pendingOrdersPerAccount,",
      ]),
      without("the limit of failures", { file: ORDERS_TEST, filter: "a name whose challenge fails" }, [
        ORDERS,
        "failuresPerName: limits.failuresPerName,",
        "failuresPerName: 1000 * limits.failuresPerName,",
      ]),
      without("how many challenges are tried at once", { file: "tests/acme/crowd_test.ts" }, [
        "server/acme/challenge_runs.ts",
        "const MOST_AT_ONCE = 100;",
        "const MOST_AT_ONCE = 1_000_000;",
      ]),
      without("the removal of what is over", { file: ORDERS_TEST, filter: "what a stranger leaves behind" }, [
        "server/acme/clean_up.ts",
        "store.removeExpired(now - READABLE, now - idleAccount)",
        "store.removeExpired(READABLE - now, idleAccount - now)",
      ]),
    ],
  },
  {
    attack: "a contact of an ACME account that is a header, several addresses, or text that turns its direction",
    mutations: [
      without("the form of a mailbox", { file: ACCOUNTS_TEST, filter: "contacts are mailboxes" }, [
        "server/acme/contacts.ts",
        "!MAILTO.test(contact)",
        "contact === ''",
      ]),
    ],
  },
  {
    attack: "bytes that are no request of ACME, or no payload of one, to make the server fail",
    alsoShownBy: [{ task: "fuzz" }],
    mutations: [
      without("texts that are no UTF-8", { file: "tests/fuzz/corpus_test.ts", filter: "acme-jws" }, [
        JWS,
        "return parseJson(new TextDecoder().decode(bytes), what);",
        'return parseJson(new TextDecoder("utf-8", { fatal: true }).decode(bytes), what);',
      ]),
      without("a look at the shape of payloads", { file: "tests/fuzz/corpus_test.ts", filter: "acme-jws" }, [
        JWS,
        "if (!read.success) throw bad(`${what} is no flattened JWS with a protected header alone`);",
        "if (!read.success) throw new TypeError(what);",
      ]),
    ],
  },
];
