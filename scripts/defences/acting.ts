/** "Acting as somebody else": who is a user, and who speaks for one. */
import { without } from "./mutation.ts";
import type { Threat } from "./threat.ts";

const AUTHORISATION = { file: "tests/security/authorisation_test.ts", filter: "everybody gets what" };
const CA_EXPIRES = { file: "tests/security/authorisation_test.ts", filter: "a user whose CA expires" };
const CONFUSION = { file: "tests/security/certificate_confusion_test.ts", filter: "only good certificates" };
const RESUMPTION = { file: "tests/security/resumption_test.ts" };
const START = { file: "tests/fault/serve_start_stop_test.ts", filter: "refused from the first request" };
const PLAIN_HTTP = { file: "tests/server/authentication_test.ts", filter: "plain HTTP never authenticates" };
const STOLEN = {
  test: "tests/interop/stolen_certificate_test.ts",
  notRun: "it shows what the runtime does; nothing of ours can be taken out",
};

const AUTHENTICATION = "server/caucase/user_authentication.ts";
const SITE = "server/caucase/site.ts";
const ROUTES = "core/protocol/routes.ts";
const VERIFICATION = "core/ca/verification.ts";
const CERTIFICATE = "core/x509/certificate.ts";
const EXCHANGE = "server/http/node_exchange.ts";
const RUNTIME = "server/tls/runtime_check.ts";

const USER_ROUTES = [
  ["a look at who lists requests", 'GET", "/{ca}/csr'],
  ["a look at who rejects", 'DELETE", "/{ca}/csr/{csr_id}'],
  ["a look at who signs", 'PUT", "/{ca}/crt/{crt_id}'],
] as const;

export const ACTING: readonly Threat[] = [
  {
    attack: "reaching a route for users without a good user certificate: tried on every route, by 15 kinds of caller",
    mutations: [
      without("the refusal of strangers", AUTHORISATION, [AUTHENTICATION, "if (!good) throw", "if (false) throw"]),
      without("the admission of users", AUTHORISATION, [
        SITE,
        "    user,\n    message",
        "    user: (step, arrival) => anyone(step as never, arrival),\n    message",
      ]),
      without("an admission between the two steps", { file: "server/caucase/site_test.ts", filter: "a new route" }, [
        "server/http/route_table.ts",
        "return await admissions[access](step, arrival);",
        "return await (step as (call: unknown) => Answer)({ user: {}, actor: {} });",
      ]),
      without("a look at who reads register, events, details and status", AUTHORISATION, [
        ROUTES,
        'path, access: "user", secure: true',
        'path, access: "anyone", secure: true',
      ]),
      ...USER_ROUTES.map(([what, route]) =>
        without(what, AUTHORISATION, [ROUTES, `["${route}", "user"]`, `["${route}", "anyone"]`])
      ),
    ],
  },
  {
    attack: "using a certificate without its private key",
    inWords: "the runtime's TLS; each start proves it:",
    alsoShownBy: [STOLEN],
    mutations: [
      without(
        "a look at the runtime's version",
        { file: "server/tls/runtime_check_test.ts", filter: "older versions" },
        [
          RUNTIME,
          "if (isAtLeast(version, FIRST_VERSION)) return;",
          "if (version !== undefined) return;",
        ],
      ),
      without("the proof at the start", { file: "server/tls/runtime_check_test.ts", filter: "loses the certificate" }, [
        RUNTIME,
        'if (await receive(identity) === "missing") throw',
        "if (await receive(identity) === undefined) throw",
      ]),
    ],
  },
  {
    attack: "using an expired or revoked user certificate: also on a connection that was open before, " +
      "in a resumed TLS session, or in the first request after a start",
    mutations: [
      without("the dates of a user's certificate", AUTHORISATION, [
        VERIFICATION,
        "now > issuer.notAfter || !isValidAt(certificate, now)",
        "now > issuer.notAfter",
      ]),
      without("the revocations", AUTHORISATION, [
        VERIFICATION,
        "return !(await this.stores.revocations.isRevoked(certificate.serial));",
        "return true;",
      ]),
      without("a look at each request", AUTHORISATION, [
        AUTHENTICATION,
        'presented !== "stranger" &&',
        'this.#presented.has(exchange.connection) && presented !== "stranger" ||',
      ]),
      without("the dates, in a resumed session", RESUMPTION, [
        VERIFICATION,
        "now > issuer.notAfter || !isValidAt(certificate, now)",
        "now > issuer.notAfter",
      ]),
      without("the revocations, after a start", START, [
        VERIFICATION,
        "return !(await this.stores.revocations.isRevoked(certificate.serial));",
        "return true;",
      ]),
    ],
  },
  {
    attack: "using a user certificate after its CA certificate has expired",
    mutations: [
      without("the issuer's end, on an open connection", CA_EXPIRES, [
        VERIFICATION,
        "now > issuer.notAfter || !isValidAt",
        "!isValidAt",
      ]),
      without("the issuer's end, on a new one", CA_EXPIRES, [
        "core/ca/lifecycle.ts",
        "issuers.filter((issuer) => now <= issuer.notAfter)",
        "issuers.filter(() => true)",
      ], [VERIFICATION, "now > issuer.notAfter || !isValidAt", "isValidAt"]),
    ],
  },
  {
    attack: "being taken for the user of another connection",
    mutations: [
      without(
        "a user for each connection",
        AUTHORISATION,
        [AUTHENTICATION, "this.#presented.get(connection)", "this.#presented.get(this)"],
        [AUTHENTICATION, "this.#presented.set(connection, presented)", "this.#presented.set(this, presented)"],
        [AUTHENTICATION, 'if (clientCertificate === undefined) return "stranger";', ""],
      ),
    ],
  },
  {
    attack:
      "a certificate that only looks right: from a CA of the same name and key identifier, self-signed, or with a user's name",
    mutations: [
      without("the issuer's signature, on a user's certificate", AUTHORISATION, [
        CERTIFICATE,
        "await isSignedWith(certificate, ca.publicKey, verify)",
        "ca.publicKey !== undefined",
      ]),
      without("the issuer's signature, on a holder's", CONFUSION, [
        CERTIFICATE,
        "await isSignedWith(certificate, ca.publicKey, verify)",
        "ca.publicKey !== undefined",
      ]),
    ],
  },
  {
    attack: "a certificate that the right key signed in another CA's name",
    mutations: [
      without("the issuer's name", CONFUSION, [CERTIFICATE, "equalBytes(certificate.issuer, ca.subject) && ", ""]),
    ],
  },
  {
    attack: "using a CA's own certificate as a user's or a holder's, or putting it on the CA's own CRL",
    mutations: [
      without("the exception of CA certificates", CONFUSION, [
        "core/ca/issuers.ts",
        "if (valid.some(({ signer }) => signer.publicKey.keyId === certificate.publicKey.keyId)) return undefined;",
        "",
      ]),
    ],
  },
  {
    attack: "claiming a user certificate over plain HTTP, in the headers that proxies set",
    mutations: [
      without("distrust of a proxy's certificate", PLAIN_HTTP, [
        EXCHANGE,
        "return this.connection.clientCertificate;",
        'const sent = this.header("client-cert");\n' +
        '    if (sent !== undefined) return Uint8Array.fromBase64(atob(sent.slice(1, -1)).split("-----")[2]);\n' +
        "    return this.connection.clientCertificate;",
      ]),
      without("distrust of a proxy's certificate, in the table of everybody", AUTHORISATION, [
        EXCHANGE,
        "return this.connection.clientCertificate;",
        'const sent = this.header("x-ssl-client-cert");\n' +
        '    if (sent) return Uint8Array.fromBase64(decodeURIComponent(sent).split("-----")[2]);\n' +
        "    return this.connection.clientCertificate;",
      ]),
    ],
  },
];
