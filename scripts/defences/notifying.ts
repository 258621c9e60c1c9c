/** What notifications could be abused for: foreign text, secrets, addresses; and what they must not cost. */
import { without } from "./mutation.ts";
import type { Threat } from "./threat.ts";

const MESSAGES = "core/notify/message_test.ts";
const DELIVERY = "server/notify/delivery_test.ts";
const SENDER = "server/notify/sender_test.ts";
const CONTRACT = "tests/contract/notification_contract_test.ts";
const STORE = "server/storage/sqlite/notification_store.ts";

export const NOTIFYING: readonly Threat[] = [
  {
    attack: "a name in a request that is a link, a mention of everybody, or a header in what users are notified with",
    mutations: [
      without("letters alone in a sentence", { file: MESSAGES, filter: "no link, mention" }, [
        "core/notify/foreign_names.ts",
        ".map(onlyLetters).join",
        ".join",
      ]),
      without("a limit of each name", { file: MESSAGES, filter: "long names" }, [
        "core/notify/foreign_names.ts",
        ".map((name) => shortened(name, LONGEST_NAME))",
        "",
      ]),
    ],
  },
  {
    attack: "a receiver that sends the server elsewhere, or answers without end",
    mutations: [
      without("a refusal of redirections", { file: DELIVERY, filter: "refuses, redirects" }, [
        "server/notify/webhook.ts",
        "status >= 200 && status < 300",
        "status >= 200 && status < 400",
      ]),
      without("an end of the answer", { file: DELIVERY, filter: "answer is not read" }, [
        "server/notify/webhook.ts",
        "answer.destroy();",
        "answer.resume();",
      ]),
    ],
  },
  {
    attack: "a password for mail that is typed into a command line, or sent to a server without TLS",
    mutations: [
      without("a refusal of passwords in URLs", { file: "core/notify/receiver_test.ts", filter: "repeats no secret" }, [
        "core/notify/receiver.ts",
        'if (url.password !== "") throw',
        "if (false) throw",
      ]),
      without("TLS before a password", { file: DELIVERY, filter: "over TLS alone" }, [
        "core/notify/receiver.ts",
        'login === undefined ? "offered" : "required"',
        '"offered"',
      ]),
    ],
  },
  {
    attack: "a notification that somebody makes up, changes, or sends again much later",
    mutations: [
      without(
        "the time in the signature",
        { file: "core/notify/signature_test.ts", filter: "over id, time and body" },
        [
          "core/notify/signature.ts",
          "`${id}.${time}.${body}`",
          "`${id}.${body}`",
        ],
      ),
    ],
  },
  {
    attack: "a receiver that takes nothing for days, to fill the database or to hold others up",
    mutations: [
      without("an end of attempts", { file: SENDER, filter: "refuses for a day" }, [
        "core/notify/back_off.ts",
        "return since <= before ? before : undefined;",
        "return since < 0 ? before : undefined;",
      ]),
      without("a limit of the queue", {
        file: CONTRACT,
        filter: "a full queue takes no more, and counts what it did not take",
      }, [
        STORE,
        "if (waiting >= MOST_WAITING) {",
        "if (waiting < 0) {",
      ]),
    ],
  },
];

const KILL = { file: "tests/fault/notify_kill_test.ts" };

export const NOTIFYING_FAULTS: readonly Threat[] = [
  {
    attack: "kill -9 while notifications are sent: none is lost, and the one on its way alone is repeated",
    mutations: [
      without("a queue that is emptied after the delivery", KILL, [
        "server/notify/sender.ts",
        "      const outcome = await this.#attempt(next);\n",
        "      await store.delivered(receiver.identity, next.place);\n      const outcome = await this.#attempt(next);\n",
      ]),
    ],
  },
  {
    attack: "an old event log, or a restored database: nobody is told what happened long ago",
    mutations: [
      without("a beginning at the present", {
        file: CONTRACT,
        filter: "begins at the present: old events are no news",
      }, [
        STORE,
        "const newest = this.#newestEvent();\n      for",
        "const newest = 0n;\n      for",
      ]),
    ],
  },
];
