/** "Misleading users": what others put before those who decide, and into their terminals and shells. */
import { without } from "./mutation.ts";
import type { Threat } from "./threat.ts";

const TABLES = { file: "cli/output/table_test.ts", filter: "let no text of others drive" };
const QUESTION = { file: "cli/users_terminal_test.ts", filter: "csr sign shows all names" };
const PIN_TEST = "cli/login/pin_test.ts";

const FOREIGN_TEXT = "cli/output/foreign_text.ts";
const ASK = "cli/completion/ask.ts";
const PIN = "cli/login/pin.ts";

export const MISLEADING: readonly Threat[] = [
  {
    attack: "names that drive a terminal, begin a line of a list, turn the reading direction, or have what nobody sees",
    alsoIn: ["cli/output/table.ts"],
    mutations: [
      without("controls that are written as escapes", TABLES, [
        FOREIGN_TEXT,
        "escapeControlsAsJson(text).replace(",
        "text.replace(",
      ]),
      without("escapes for what is seen as nothing", TABLES, [FOREIGN_TEXT, "[\\p{Cf}\\p{Cs}", "[\\p{Cs}"]),
    ],
  },
  {
    attack: "a name that a shell runs when somebody completes a command line",
    alsoIn: ["cli/completion/bash.ts"],
    mutations: [
      without(
        "the filter for words",
        { file: "cli/completion/ask_test.ts", filter: "words that mean nothing" },
        [ASK, "words.filter(({ word }) => /^[\\p{L}\\p{N}][\\p{L}\\p{N}.@_-]*$/u.test(word))", "words"],
      ),
    ],
  },
  {
    attack: "a server that answers in the place of another one when a user logs in",
    alsoIn: ["cli/net/trust_refresh.ts"],
    mutations: [
      without(
        "a look at the fingerprint of what is stored",
        { file: PIN_TEST, filter: "for that of another CA" },
        [PIN, "if ((await Promise.all(all.map(caFingerprint))).includes(pin)) return current;", "return current;"],
      ),
      without(
        "the fingerprint that was given",
        { file: PIN_TEST, filter: "what the fingerprint names" },
        [PIN, "fingerprint: pin, trustOnFirstUse: false", "trustOnFirstUse: true"],
      ),
    ],
  },
  {
    attack: "a user's key shown to another server than the one that it was kept for",
    mutations: [
      without(
        "the server that a profile is for",
        { file: "cli/profile/profile_test.ts", filter: "from other servers" },
        ["cli/profile/settings.ts", "known?.href === url.href ? profile : undefined", "profile"],
      ),
    ],
  },
  {
    attack: "another request shown to the user who decides than the one that the server has",
    mutations: [
      without(
        "HTTPS for what a user decides by",
        { file: "cli/csr/asking_test.ts", filter: "over HTTP alone" },
        ["cli/csr/asking.ts", "api.as({ secure: true }).request(id)", "api.request(id)"],
      ),
    ],
  },
  {
    attack: "another request under the name of somebody who was invited",
    mutations: [
      without(
        "the length of what is compared",
        { file: "cli/output/output_test.ts", filter: "less than a line" },
        ["cli/output/fingerprint.ts", "digits.length >= ENOUGH", "digits.length >= 0"],
      ),
      without(
        "the comparison",
        { file: "cli/users_terminal_test.ts", filter: "signs that request alone" },
        [
          "cli/user/invite.ts",
          "waiting.find((one) => one.fingerprint.startsWith(spoken))",
          "waiting[0]",
        ],
      ),
    ],
  },
  {
    attack: "signing, rejecting or revoking by a slip: a key pressed too early, a script without a person",
    mutations: [
      without("a yes that is typed", QUESTION, [
        "cli/output/question.ts",
        "/^y(es)?$/i.test(await askLine(`${question}? [y/N] `))",
        '(await askLine(`${question}? [y/N] `)) !== "x"',
      ]),
    ],
  },
];
