/** What holders tell of their certificates, in several sections of the page. */
import { without } from "./mutation.ts";
import type { Threat } from "./threat.ts";

const AT_THE_CA = "core/ca/installations_test.ts";
const UPDATER = "cli/updater/report_test.ts";
const AUTHORISATION = { file: "tests/security/authorisation_test.ts", filter: "everybody gets what" };
const REPLAY = { file: "tests/security/replay_test.ts", filter: "a report that is sent again changes nothing" };

const INSTALLATIONS = "core/ca/installations.ts";
const MESSAGE = "core/protocol/installation.ts";
const REPORT = "cli/updater/report.ts";

const SIGNATURE = [INSTALLATIONS, "await requireHolder(message, certificate, verify);", ""] as const;

/** Of "Acting as somebody else". */
export const REPORTING_FOR_OTHERS: readonly Threat[] = [
  {
    attack: "telling of somebody else's certificate that it is installed, or that its hook fails",
    mutations: [
      without("the holder's signature on a report", { file: AT_THE_CA, filter: "another key signed" }, SIGNATURE),
      without("the holder's signature on a report, in the table of everybody", AUTHORISATION, SIGNATURE),
      without("the certificate that the path names", { file: AT_THE_CA, filter: "that are unknown, of another CA" }, [
        INSTALLATIONS,
        "if (report.serial !== serial) throw",
        "if (false) throw",
      ]),
      without("the CA that the report names", { file: AT_THE_CA, filter: "that are unknown, of another CA" }, [
        INSTALLATIONS,
        "registered === undefined || registered.issuer !== report.issuer",
        "registered === undefined",
      ]),
    ],
  },
  {
    attack: "telling of a certificate that is revoked or not valid",
    mutations: [
      without("a look at the certificate that is told of", { file: AT_THE_CA, filter: "revoked or not valid" }, [
        INSTALLATIONS,
        "await verification.requireGood(certificate, by.now);",
        "",
      ]),
    ],
  },
  {
    attack: "sending an old report again, to hide that a hook fails or to say that it does",
    mutations: [
      without("the order of reports", REPLAY, [INSTALLATIONS, "if (time <= hostTime) throw", "if (false) throw"]),
      without("the server's clock", { file: AT_THE_CA, filter: "more than an hour from" }, [
        INSTALLATIONS,
        "    requireRecent(report, by.now);\n",
        "",
      ]),
    ],
  },
  {
    attack: "a text in a report that does something to the terminal or page that shows it",
    mutations: [
      without("printable characters alone", { file: "core/protocol/installation_test.ts", filter: "says more, less" }, [
        MESSAGE,
        "v.regex(/^[ -~]+$/)",
        "v.regex(/^[^]+$/)",
      ]),
    ],
  },
];

/** Of "Stopping or slowing the server". */
export const REPORTING_WITHOUT_END: readonly Threat[] = [
  {
    attack: "a holder that reports without end, to fill the journal of events or to keep the disk busy",
    mutations: [
      without("a minute between changes", { file: AT_THE_CA, filter: "at most once a minute on" }, [
        INSTALLATIONS,
        "if (passed < 0 || passed >= BETWEEN_REPORTS) return;",
        "return;",
      ]),
      without("a look whether it says the same", REPLAY, [
        INSTALLATIONS,
        'if (saysTheSame(known, report)) return "known";',
        "",
      ]),
      without("an end of its text", { file: "core/protocol/installation_test.ts", filter: "says more, less" }, [
        MESSAGE,
        "v.maxLength(LONGEST_DETAIL), ",
        "",
      ]),
    ],
  },
];

/** Of "Faults that must cost nothing". */
export const REPORTING_FAULTS: readonly Threat[] = [
  {
    attack: "a report whose answer is lost, or a kill before it is sent",
    mutations: [
      without("a note of what was sent", { file: UPDATER, filter: "whose answer was lost" }, [
        REPORT,
        "  state.reported = { caUrl: entry.caUrl, last, unknownUntil: null };\n",
        "",
      ]),
    ],
  },
  {
    attack: "a server that refuses reports, or does not know them",
    mutations: [
      without("rest for a server that does not know them", { file: UPDATER, filter: "asks it again after a week" }, [
        REPORT,
        "if (isUnknownRoute(known, now)) return false;",
        "",
      ]),
      without("the difference to what matters", { file: UPDATER, filter: "no trouble of the updater's" }, [
        "cli/updater/status.ts",
        "VITAL_TASKS.some",
        "TASKS.some",
      ]),
    ],
  },
];

/** Of "Files, memory and backups". */
export const REPORTING_TOO_MUCH: readonly Threat[] = [
  {
    attack: "what a report tells of a host besides its certificate: paths, commands, what a hook wrote",
    mutations: [
      without("words of our own", { file: UPDATER, filter: "in words of its own" }, [
        REPORT,
        ': "it could not be run"',
        ": error",
      ]),
      without("a strict reader", { file: "core/protocol/installation_test.ts", filter: "says more, less" }, [
        MESSAGE,
        "v.strictObject({",
        "v.object({",
      ]),
    ],
  },
];
