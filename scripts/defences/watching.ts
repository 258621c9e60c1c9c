/** What is shown to those who watch the server: it must neither grow, nor stall the server, nor tell secrets. */
import { without } from "./mutation.ts";
import type { Threat } from "./threat.ts";

const METRICS = "server/ops/metrics_test.ts";
const OPERATIONS = "tests/server/operations_test.ts";
const READINESS = { file: "server/ops/readiness_test.ts", filter: "the database is written to" };

export const WATCHING: readonly Threat[] = [
  {
    attack: "a flood of unknown paths and methods, so that metrics grow",
    alsoIn: ["server/watcher.ts"],
    mutations: [
      without("a list of methods", { file: METRICS, filter: "labels take few values" }, [
        "server/ops/traffic.ts",
        'METHODS.includes(method) ? method : "other"',
        "method",
      ]),
    ],
  },
  {
    attack: "scrapes and probes that keep the server from its work, by their number or by what there is to count",
    mutations: [
      without("a limit of events", { file: METRICS, filter: "no more than a few thousand" }, [
        "server/ops/event_counters.ts",
        "page < MOST_PAGES; page++",
        "; page++",
      ]),
      without("one gathering for all", { file: METRICS, filter: "many scrapes gather once" }, [
        "server/ops/exposition.ts",
        "if (performance.now() >= this.#expireAt) {",
        "if (true) {",
      ]),
      without("a limit of the wait for a count", { file: "server/ops/ca_counts_test.ts", filter: "keeps nobody" }, [
        "server/ops/ca_counts.ts",
        "return await Promise.race([this.#counting, late]) ?? this.#last;",
        "return await this.#counting;",
      ]),
      without("a look at when something was written last", READINESS, [
        "server/ops/readiness.ts",
        "if (!hasFailed && now - pulse.committedAt < PROOF_LASTS) return;",
        "",
      ]),
    ],
  },
];

export const WATCHING_SECRETS: readonly Threat[] = [
  {
    attack: "health and metrics read at the public ports, or a secret read in them",
    alsoIn: ["server/ops/"],
    mutations: [
      without(
        "a site for the public ports alone",
        { file: OPERATIONS, filter: "nothing of it is on the public ports" },
        [
          "server/serve.ts",
          "await endpointPairs(sites, options, netloc)",
          'await endpointPairs([...sites, { ...site, prefix: "/metrics", answer: () => ({ status: 200 }) }], options, netloc)',
        ],
      ),
      without("a word of warning where others reach it", { file: OPERATIONS, filter: "an address that others" }, [
        "server/ops/operations.ts",
        "if (!isLoopback(address)) log",
        "if (false) log",
      ]),
      without("checks that name what they look at", { file: OPERATIONS, filter: "tell no secret" }, [
        "server/ops/operations.ts",
        "phase: () => this.#phase,",
        "phase: () => httpsCertificate.current?.keyPem as Phase,",
      ]),
    ],
  },
];
