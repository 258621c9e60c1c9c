/**
 * "Acting as somebody else", the rest: paths, headers and pages that bring a user's rights along, and servers that are
 * not ours.
 */
import { without } from "./mutation.ts";
import type { Threat } from "./threat.ts";

const SPELLINGS = { file: "tests/security/gates_test.ts", filter: "no spelling of a path" };
const DISGUISES = { file: "tests/security/gates_test.ts", filter: "can make a user's browser send" };
const CORS_PAGE_TEST = "server/caucase/cors_page_test.ts";
const CONSENT_HTML_TEST = "server/caucase/consent_html_test.ts";
const POLICY_TEST = "core/cors/policy_test.ts";
const VOUCHER_TEST = "core/protocol/https_voucher_test.ts";
const IN_A_BROWSER = {
  test: "tests/browser/consent_test.ts",
  notRun: "it needs a browser; the other tests of its rows need none",
};

const ROUTES = "core/protocol/routes.ts";
const ROUTER = "server/http/router.ts";
const TABLE = "server/http/route_table.ts";
const SITE = "server/caucase/site.ts";
const POLICY = "core/cors/policy.ts";
const CROSS_ORIGIN = "server/caucase/cross_origin.ts";
const CORS_PAGE = "server/caucase/cors_page.ts";
const CONSENT_HTML = "server/caucase/consent_html.ts";
const VOUCHER = "core/protocol/https_voucher.ts";
const TRUST = "cli/net/trust_refresh.ts";

export const IMPERSONATING: readonly Threat[] = [
  {
    attack:
      "spelling a path or method in another way: an encoded slash, `..`, upper case, a header that names another method",
    mutations: [
      without("slashes that stay in their segment", SPELLINGS, [
        ROUTER,
        'path.split("/").filter(Boolean).map(decodeURIComponent)',
        'decodeURIComponent(path).split("/").filter(Boolean)',
      ]),
      without("dots that are segments like others", SPELLINGS, [
        ROUTER,
        "return path.split",
        'return new URL(path, "http://h/").pathname.split',
      ]),
      without("case", SPELLINGS, [ROUTER, "expected !== segment", "expected !== segment.toLowerCase()"]),
      without("methods from the request line alone", DISGUISES, [
        TABLE,
        "selectRoute(match, exchange.method)",
        'selectRoute(match, exchange.header("x-http-method-override") ?? exchange.method)',
      ]),
    ],
  },
  {
    attack: "hiding a second `Host` or length behind a thousand other headers",
    mutations: [
      without(
        "all headers",
        { file: "server/http/listener_malformed_test.ts", filter: "after two thousand others" },
        ["server/http/server_events.ts", "server.maxHeadersCount = 0;", ""],
      ),
    ],
  },
  {
    attack: "a web page of another origin that uses the certificate in the user's browser",
    alsoShownBy: [IN_A_BROWSER],
    mutations: [
      without("methods from the request line alone, as a user", DISGUISES, [
        TABLE,
        "selectRoute(match, exchange.method)",
        'selectRoute(match, exchange.header("x-http-method") ?? exchange.method)',
      ]),
      without("a question before the route runs", { file: "server/caucase/site_test.ts" }, [
        SITE,
        'if (verdict.kind === "refuse") return verdict.answer;',
        'if (verdict.kind === "refuse") verdict = { kind: "go on", headers: {} };',
      ], [SITE, "const verdict = await", "let verdict = await"]),
      without(
        "refusals of the policy",
        { file: "server/caucase/cross_origin_test.ts", filter: "unreadable for scripts" },
        [
          CROSS_ORIGIN,
          'return refuse(new CaucaseError("origin-refused", judgement.reason), VARY);',
          "return OWN;",
        ],
      ),
      without("the need of consent", { file: POLICY_TEST }, [
        POLICY,
        "return judgeConsent(origin, readConsentCookie(question.cookie), verification);",
        'return { kind: "allowed", origin };',
      ]),
      without("the origin in the token", { file: POLICY_TEST, filter: "its own origin only" }, [
        POLICY,
        "if (consent?.origin !== origin)",
        "if (consent === undefined)",
      ]),
      without("the denial in the token", { file: POLICY_TEST, filter: "decision in the cookie" }, [
        POLICY,
        "return consent.allowed ?",
        "return consent ?",
      ]),
    ],
  },
  {
    attack:
      "a web page that gives consent in the user's name, frames the page that asks for it, or runs script in that page",
    alsoShownBy: [IN_A_BROWSER],
    mutations: [
      without("a look at where the form was", { file: CORS_PAGE_TEST, filter: "posts of other origins' pages" }, [
        ROUTES,
        'access: "person", origins: "none"',
        'access: "person", origins: "consent"',
      ]),
      without("posts over HTTPS alone", { file: CORS_PAGE_TEST, filter: "is not there over HTTP" }, [
        ROUTES,
        'access: "person", origins: "none", secure: true',
        'access: "person", origins: "none"',
      ]),
      without("the form's token", { file: CORS_PAGE_TEST, filter: "not the one of the form" }, [
        CORS_PAGE,
        "if (!await wasShown(exchange, { origin, returnTo, token }, now))",
        "if (false)",
      ]),
      without("the question in the token", { file: CORS_PAGE_TEST, filter: "not the one of the form" }, [
        CORS_PAGE,
        "if (form?.origin !== posted.origin || form.returnTo !== posted.returnTo) return false;",
        "if (form === undefined) return false;",
      ]),
      without("the peer in the token", { file: CORS_PAGE_TEST, filter: "not the one of the form" }, [
        CORS_PAGE,
        "form.shownTo === exchange.remoteAddress",
        'form.shownTo !== ""',
      ]),
      without("the policy against frames", { file: CONSENT_HTML_TEST, filter: "be framed" }, [
        CONSENT_HTML,
        "\"frame-ancestors 'none'\",",
        "",
      ]),
      without("the policy against scripts", { file: CONSENT_HTML_TEST, filter: "can run no script" }, [
        CONSENT_HTML,
        "\"default-src 'none'\"",
        '"default-src *"',
      ]),
      without("escaping", { file: CORS_PAGE_TEST, filter: "hostile parameters as text" }, [
        CONSENT_HTML,
        'text.replace(/[&<>"\']/g, (character) => ENTITIES[character] ?? "")',
        "text",
      ]),
    ],
  },
  {
    attack: "another server that answers users in place of the real one",
    mutations: [
      without("the voucher", { file: "cli/net/server_authentication_test.ts", filter: "never fall back" }, [
        "cli/net/server_authentication.ts",
        "if (voucher !== undefined) return await readVoucher(voucher, authorities);",
        "if (voucher !== undefined) return await readVoucher(voucher, authorities).catch(() => undefined);",
      ]),
      without("the demand of one", {
        file: "cli/net/server_authentication_test.ts",
        filter: "refuse it where that is required",
      }, [
        "cli/net/server_authentication.ts",
        "if (required) throw",
        "if (false) throw",
      ]),
      without("the voucher's signature", { file: VOUCHER_TEST, filter: "another key signed" }, [
        VOUCHER,
        "await requireHolder(message, voucher);",
        "",
      ]),
      without("a CA that is known", { file: VOUCHER_TEST, filter: "of a CA that is not known" }, [
        VOUCHER,
        "if (!trusted.some((certificate) => equalBytes(certificate.der, voucher.der)))",
        "if (false)",
      ]),
    ],
  },
  {
    attack: "another CA at the first contact, although a fingerprint was given",
    mutations: [
      without("the comparison", { file: "cli/net/first_contact_test.ts" }, [
        TRUST,
        "if (fingerprint !== undefined) await requireFingerprint(certificate, fingerprint);",
        "",
      ]),
      without("the demand of one", { file: "cli/net/first_contact_test.ts" }, [
        TRUST,
        "if (fingerprint === undefined && !trustOnFirstUse)",
        "if (false)",
      ]),
    ],
  },
];
