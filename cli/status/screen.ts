/** A server's status as lines. */
import type { CaStatus, ServerStatus } from "../../core/protocol/server_status.ts";
import { foreignText } from "../output/foreign_text.ts";
import { factLines } from "../output/table.ts";
import { dayText, relativeText } from "../output/times.ts";
import type { Concern } from "./judge.ts";

/** What is said of a server besides its status. */
export interface StatusContext {
  readonly url: string;
  readonly concerns: readonly Concern[];
  /** Key identifier of the user's key. */
  readonly ownKey: string;
}

export function statusLines(status: ServerStatus, { url, concerns, ownKey }: StatusContext): string[] {
  const { version, database, cas, jobs, now } = status;
  return [
    ...factLines([["Server", `${url}, caucase ${version}, ${database}`]]),
    ...cas.flatMap((ca) => ["", ...caLines(ca, now)]),
    "",
    ...factLines([
      ["Backups", backupLines(status, ownKey)],
      [
        "Jobs",
        jobs.length === 0
          ? "none has run yet"
          : jobs.map(({ name, lastSuccess, error }) =>
            error === null
              ? `${name}: ${lastSuccess === null ? "has not run yet" : `done ${relativeText(lastSuccess, now)}`}`
              : `${name}: FAILED: ${error}`
          ),
      ],
    ]),
    "",
    ...(concerns.length === 0 ? ["Nothing needs a person."] : concerns.map(concernLine)),
  ];
}

function concernLine({ level, text }: Concern): string {
  return `${level === "broken" ? "error" : "warning"}: ${foreignText(text)}`;
}

/** How the CAs are called, of which only the first two are for clients. */
const CA_NAME: Readonly<Record<string, string>> = {
  cas: "CAS, for services",
  cau: "CAU, for users",
  http_cas: "for HTTPS itself",
};

/** In days: what is left longer is renewed in time by itself. */
const SOON = 31;

function caLines(ca: CaStatus, now: number): string[] {
  const { name, issuers } = ca;
  const certificates = issuers.map(({ keyIdentifier, phase, notAfter, signsUntil }) =>
    `${phase.padEnd(7)}  ${keyIdentifier.slice(0, 8)}…  until ${dayText(notAfter)}` +
    (signsUntil === null ? "" : `, signs until ${dayText(signsUntil)}`)
  );
  return factLines([
    ["CA", CA_NAME[name] ?? name],
    ["Certificates", certificates],
    // That of HTTPS works for the server alone.
    ...(name === "http_cas" ? [] : workOf(ca, now)),
  ]);
}

function workOf({ crl, pending: { count, oldest }, expiring, expiredUnrenewed }: CaStatus, now: number) {
  const soon = expiring.filter(({ days, count }) => count > 0 && days <= SOON);
  return [
    [
      "CRL",
      crl === null
        ? "none yet"
        : `number ${crl.number}, ${crl.entries} revoked, made ${relativeText(crl.thisUpdate, now)}, ` +
          `ends ${relativeText(crl.nextUpdate, now)}`,
    ],
    [
      "Waiting",
      count === 0 ? "nothing" : `${count}${oldest === null ? "" : `, the oldest came ${relativeText(oldest, now)}`}`,
    ],
    [
      "Not renewed",
      soon.length === 0
        ? `nothing that ends within ${SOON}d`
        : soon.map(({ days, count }) => `${count} within ${days}d`).join(", "),
    ],
    ...(expiredUnrenewed > 0 ? [["Ended", `${expiredUnrenewed} without a renewal`] as const] : []),
  ] as const;
}

function backupLines({ backup: { enabled, last, file }, now }: ServerStatus, ownKey: string): string[] {
  if (!enabled) return ["none"];
  if (last === null) return ["none was made yet"];
  const made = `the last one was made ${relativeText(last, now)}`;
  if (file === null) return [made];
  const { name, size, recipients } = file;
  const keys = recipients.length === 1 ? "1 key" : `${recipients.length} keys`;
  const own = recipients.includes(ownKey) ? "yours among them" : "not by yours";
  return [`${made}: ${name}`, `${Math.ceil(size / 1000)} kB, opened by ${keys}, ${own}`];
}
