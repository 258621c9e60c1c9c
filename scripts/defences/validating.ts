/** "Getting something signed, renewed or revoked", third part: proofs of control, and where they lead the validator. */
import { without } from "./mutation.ts";
import type { Threat } from "./threat.ts";

const REACH = "tests/security/acme_validation_test.ts";
const ADDRESSES = "server/acme/validation/allowed_address.ts";
const DIAL = "server/acme/validation/dial.ts";
const HTTP = "server/acme/validation/http_01.ts";
const HTTP_GET = "server/acme/validation/http_get.ts";
const TLS = "server/acme/validation/tls_alpn_01.ts";
const CERTIFICATE = "server/acme/validation/acme_certificate.ts";
const VALIDATOR = "server/acme/validation/validator.ts";
const FAILURE = "server/acme/validation/failure.ts";
const ATTEMPTS = "server/acme/validation/attempts.ts";
const HANDSHAKE = "server/acme/validation/tls/handshake_reader.ts";

const reach = (filter: string) => ({ file: REACH, filter });
const HTTP_TEST = "server/acme/validation/http_01_test.ts";
const TLS_TEST = "server/acme/validation/tls_alpn_01_test.ts";
const VALIDATOR_TEST = "server/acme/validation/validator_test.ts";

const NO_REFUSED_RANGES = [ADDRESSES, "return refused && `is ${refused[1]}`;", "return refused && undefined;"] as const;

export const VALIDATING: readonly Threat[] = [
  {
    attack: "an ACME name, alias or address that leads the validator to loopback, link-local or metadata addresses",
    mutations: [
      without("the ranges that are refused", reach("does not reach loopback by a name"), NO_REFUSED_RANGES),
      without("the ranges, for an address", reach("loopback by an identifier that is an address"), NO_REFUSED_RANGES),
      without("the ranges, for an alias", reach("does not reach loopback by an alias"), NO_REFUSED_RANGES),
      without("the ranges, for the network's own link", reach("link-local"), NO_REFUSED_RANGES),
      without("the ranges, for metadata", reach("metadata services"), NO_REFUSED_RANGES),
      without("what the administrator denies", reach("administrator denies"), [
        ADDRESSES,
        "policy.deny.some((range) => isWithin(form, range))",
        "false",
      ]),
    ],
  },
  {
    attack: "such an address in another form: IPv4-mapped, NAT64, 6to4, Teredo, ISATAP, or with a zone",
    mutations: [
      without(
        "the addresses that hide in others",
        {
          file: "server/acme/validation/allowed_address_test.ts",
          filter: "whenever it refuses it as IPv4",
        },
        [ADDRESSES, "EMBEDDINGS.filter(({ range }) => isWithin(address, range))", "EMBEDDINGS.filter(() => false)"],
        [
          ADDRESSES,
          "if (isWithin(address, MAPPED)) return embedded;",
          "if (isWithin(address, MAPPED)) return [address];",
        ],
      ),
      without("IPv4 in the clothes of IPv6", reach("by an IPv4-mapped IPv6 address"), [
        ADDRESSES,
        "for (const form of formsOf(bytes)) {",
        "for (const form of [bytes]) {",
      ]),
      without("the refusal of zones", reach("by an address with a zone"), [
        VALIDATOR,
        "if (parseIpAddress(value) === undefined ||",
        'if (parseIpAddress(value.replace(/%.*/, "")) === undefined ||',
      ]),
    ],
  },
  {
    attack: "a name that changes between the validator's look-up and its connection",
    mutations: [
      without("connecting to the address that was judged", reach("changes between look-up and connection"), [
        DIAL,
        "return await connect({ host: address, port, told }, network, signal);",
        "const [other = address] = await addressesOf(host, network, signal);\n" +
        "      return await connect({ host: other, port, told }, network, signal);",
      ]),
    ],
  },
  {
    attack: "a host that redirects the validator to where it must not connect, or to another port or scheme",
    mutations: [
      without("judging where a redirect leads", reach("by a redirect over http to an address"), [
        HTTP,
        "const socket = await dial(destination, network, signal);",
        "const addresses = { ...network.addresses, allow: [{ first: new Uint8Array(4), bits: 0 }] };\n" +
        '  const trusted = url.pathname === "/" ? { ...network, addresses } : network;\n' +
        "  const socket = await dial(destination, trusted, signal);",
      ]),
      without("the ports", { file: HTTP_TEST, filter: "a redirect to another port" }, [
        HTTP,
        "if (!allowed.includes(port)) throw",
        "if (false) throw",
      ]),
      without("the limit of redirects", { file: HTTP_TEST, filter: "ten redirects" }, [
        HTTP,
        "if (redirects === MAX_REDIRECTS) throw",
        "if (redirects === 20) throw",
      ]),
      without("keeping to itself what was found inside", { file: HTTP_TEST, filter: "does not tell what a redirect" }, [
        HTTP,
        "url.host === first.host ? quoted(body)",
        "url.host !== '' ? quoted(body)",
      ]),
    ],
  },
  {
    attack: "the validator made to talk to the server itself",
    mutations: [
      without("the list of its listeners", reach("the server itself, also where its address is allowed"), [
        ADDRESSES,
        "if (isOwn(form, port, policy)) return",
        "if (false) return",
      ]),
      without("listeners at all addresses", {
        file: "server/acme/validation/allowed_address_test.ts",
        filter: "a listener at all addresses",
      }, [ADDRESSES, "if (!listensEverywhere(port, policy)) return false;", "return false;"]),
      without("a look at both ends of a connection", { file: VALIDATOR_TEST, filter: "is seen by its ends" }, [
        DIAL,
        "(there === here && listensEverywhere(port, policy))",
        "false",
      ]),
    ],
  },
  {
    attack: "a proof that is none: a wildcard by a host, a key of somebody else, another name or key authorization",
    mutations: [
      without("wildcards by dns-01 alone", { file: VALIDATOR_TEST, filter: "no other type proves a wildcard" }, [
        VALIDATOR,
        'if (wildcard && type !== "dns-01") throw',
        "if (false) throw",
      ]),
      without("the proof of the certificate's key", { file: TLS_TEST, filter: "signs for another client" }, [
        TLS,
        "|| !await verify(key, algorithm, { data, signature })",
        "|| (await verify(key, algorithm, { data, signature }), false)",
      ]),
      without("the protocol acme-tls/1", { file: TLS_TEST, filter: "chooses another protocol" }, [
        TLS,
        "if (hello.protocol !== PROTOCOL) {",
        "if (hello.protocol === undefined) {",
      ]),
      without("one name alone", { file: TLS_TEST, filter: "for a second name too" }, [
        CERTIFICATE,
        "if (names.length !== 1 ||",
        "if (",
      ]),
      without("the digest", { file: TLS_TEST, filter: "of another key authorization" }, [
        CERTIFICATE,
        "if (!equalBytes(found, digest)) return",
        "if (found.length === 0) return",
      ]),
      without("the signature by its own key", { file: TLS_TEST, filter: "not self-signed" }, [
        CERTIFICATE,
        "return isSelfSigned ? undefined",
        "return isSelfSigned || names.length > 0 ? undefined",
      ]),
      without("the whole of the body", { file: HTTP_TEST, filter: "something after the proof" }, [
        HTTP,
        "=== keyAuthorization) return;",
        ".slice(0, keyAuthorization.length) === keyAuthorization) return;",
      ]),
    ],
  },
  {
    attack: "text of hosts and records that deceives who reads the problem of a challenge",
    mutations: [
      without("escaping", { file: VALIDATOR_TEST, filter: "details are short and harmless" }, [
        FAILURE,
        "const harmless = escapeControls(detail.toWellFormed());",
        "const harmless = detail.toWellFormed();",
      ]),
    ],
  },
];

/** "Stopping or slowing the server". */
export const VALIDATING_SLOWLY: readonly Threat[] = [
  {
    attack: "a host that answers the validator without end, or not at all",
    mutations: [
      without("the limit of a body", { file: HTTP_TEST, filter: "a body of more than 64 KiB" }, [
        HTTP_GET,
        "if (size > MAX_BODY) throw",
        "if (size < 0) throw",
      ]),
      without("the limit of a TLS flight", { file: TLS_TEST, filter: "never ends its flight" }, [
        HANDSHAKE,
        "if (bytes.length > MAX_FLIGHT - this.#recordsEnd) {",
        "if (bytes.length < 0) {",
      ]),
      without("the time of an attempt", {
        file: "server/acme/validation/attempts_test.ts",
        filter: "ends an attempt after ten seconds",
      }, [ATTEMPTS, "seconds: ATTEMPT_SECONDS, signal", "seconds: 60, signal"]),
      without("the end of all attempts", {
        file: "server/acme/validation/attempts_test.ts",
        filter: "everything after half a minute",
      }, [ATTEMPTS, "now >= last", "now >= last + 60"]),
    ],
  },
];
