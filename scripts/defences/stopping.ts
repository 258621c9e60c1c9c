/** "Stopping or slowing the server": hostile input, crowds, slowness, floods. */
import { without } from "./mutation.ts";
import type { Threat } from "./threat.ts";

const CORPUS = "tests/fuzz/corpus_test.ts";
const HOSTILE_INPUT = "core/x509/hostile_input_test.ts";
const LISTENER_LIMITS = "server/http/listener_limits_test.ts";
const TOO_SLOW = { file: LISTENER_LIMITS, filter: "too slow a client" };
const TOO_LARGE = { file: LISTENER_LIMITS, filter: "a body of exactly the limit" };
const COMBINED_FORMAT = "server/http/combined_format_test.ts";

const BODY_READER = "server/http/body_reader.ts";
const LISTENER = "server/http/listener.ts";
const CONNECTION = "server/http/connection.ts";
const FORMAT = "server/http/combined_format.ts";

export const STOPPING: readonly Threat[] = [
  {
    attack: "input that makes a parser crash, hang or fill the memory",
    alsoIn: ["core/der/", "core/keys/", "core/x509/"],
    alsoShownBy: [{ task: "fuzz" }],
    mutations: [
      without("refusals of what is no JSON", { file: CORPUS, filter: "envelope" }, [
        "core/json.ts",
        "throw malformed(`${what} is not JSON`);",
        "throw error;",
      ]),
      without("refusals of what is no base64", { file: CORPUS, filter: "pem" }, [
        "core/pem.ts",
        "throw malformed(`PEM: the body of ${label} is not base64`, { cause });",
        "throw cause;",
      ]),
      without("refusals of cookies that do not decode", { file: CORPUS, filter: "cookie" }, [
        "core/cors/cookie.ts",
        "  try {\n    return decodeURIComponent(value);\n  } catch {\n    return undefined;\n  }",
        "  return decodeURIComponent(value);",
      ]),
      without("a look at whether an element is whole", { file: HOSTILE_INPUT, filter: "a certificate (P-256)" }, [
        "core/der/cursor.ts",
        "if (length > this.#limit - this.contentStart) throw",
        "if (false) throw",
      ]),
      without("a look at whether a point is one", { file: HOSTILE_INPUT, filter: "a request (P-521)" }, [
        "core/keys/public_key.ts",
        "if (!isPointOn(curve, point)) throw",
        "if (false) throw",
      ]),
    ],
  },
  {
    attack: "a body that is too large, or a thousand bodies at once",
    mutations: [
      without("the limit of a body", TOO_LARGE, [
        BODY_READER,
        "if (total > this.#parts.limits.bodyBytes) return",
        "if (false) return",
      ]),
      without("the limit of all bodies", { file: "server/http/body_reader_test.ts", filter: "drops the largest" }, [
        BODY_READER,
        "while (this.#held > this.limit && this.#unfinished.size > 0) {",
        "while (false) {",
      ]),
      without("the default limit of all bodies", { file: "tests/fault/limits_crowd_test.ts" }, [
        "server/http/limits.ts",
        "bodyBytesInMemory: 256 * MEBIBYTE",
        "bodyBytesInMemory: 65_536 * MEBIBYTE",
      ]),
    ],
  },
  {
    attack: "one address that takes all connections",
    mutations: [
      without("a limit for each address", { file: "tests/fault/limits_addresses_test.ts", filter: "takes none from" }, [
        "server/http/connection_pool.ts",
        "if (this.#count(group) >= this.#limits.connectionsPerAddress) {",
        "if (false) {",
      ]),
    ],
  },
  {
    attack: "slow headers and bodies, idle connections, stalled handshakes, answers that nobody reads",
    alsoIn: ["server/http/limits.ts"],
    mutations: [
      without("a limit for heads", TOO_SLOW, [
        LISTENER,
        "headersTimeout: limits.headersMs,",
        "headersTimeout: 100_000,",
      ]),
      without("a look at the pace of bodies", TOO_SLOW, [CONNECTION, "this.#running?.reader?.checkPace(now);", ""]),
      without("a least pace", TOO_SLOW, [BODY_READER, "(tooSlow || elapsed > bodyMs)", "(elapsed > bodyMs)"]),
      without("a limit for bodies", TOO_SLOW, [BODY_READER, "(tooSlow || elapsed > bodyMs)", "tooSlow"]),
      without("a limit for handshakes", { file: LISTENER_LIMITS, filter: "TLS handshake" }, [
        LISTENER,
        "handshakeTimeout: limits.handshakeMs,",
        "handshakeTimeout: 100_000,",
      ]),
      without("a look at who takes answers", { file: LISTENER_LIMITS, filter: "takes nothing of its answer" }, [
        CONNECTION,
        "if (stalled) this.destroy();",
        "",
      ]),
      without("a limit for idle connections", { file: LISTENER_LIMITS, filter: "an idle connection" }, [
        LISTENER,
        "keepAliveTimeout: limits.idleMs,",
        "keepAliveTimeout: 100_000,",
      ]),
      without("a limit of pipelining", { file: LISTENER_LIMITS, filter: "more pipelined requests" }, [
        CONNECTION,
        "if (this.#waiting.length < this.#parts.limits.pipelinedRequests) this",
        "if (true) this",
      ]),
    ],
  },
  {
    attack: "a flood of requests that wait for a decision",
    mutations: [
      without("a limit of those", { file: "tests/fault/limits_addresses_test.ts", filter: "a flood of requests" }, [
        "core/ca/store_rules.ts",
        "pending.count >= maxPending",
        "pending.count < 0",
      ]),
    ],
  },
  {
    attack: "a log line that looks like another one, or a log that nobody reads",
    mutations: [
      without("escaping", { file: COMBINED_FORMAT, filter: "could be taken for something else" }, [
        FORMAT,
        "UNSAFE.test(shown) ? shown.replace(EACH_UNSAFE, escapeCharacter) : shown",
        "shown",
      ]),
      without("a limit of fields", { file: COMBINED_FORMAT, filter: "cuts long fields" }, [
        FORMAT,
        "field.length > MAX_FIELD ?",
        "false ?",
      ]),
      without("a limit of what is kept", { file: "tests/fault/limits_log_test.ts", filter: "keeps a part of it" }, [
        "server/http/access_log.ts",
        "if (this.#kept + line.length > this.#options.maxKept) {",
        "if (false) {",
      ]),
    ],
  },
  {
    attack: "all of this for an hour",
    inWords: "all of the above",
    alsoShownBy: [{ task: "soak" }],
    mutations: [],
    notMutated: "each mutation would take an hour",
  },
];
