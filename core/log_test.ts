import assert from "node:assert/strict";
import { CaucaseError } from "./errors.ts";
import { createLog, type Log, LOG_EVENTS, type LogRecord, sentenceOf } from "./log.ts";

function recorded(say: (log: Log) => void): LogRecord {
  const records: LogRecord[] = [];
  say(createLog((record) => records.push(record)));
  const [record] = records;
  assert.ok(record);
  assert.equal(records.length, 1);
  return record;
}

Deno.test("createLog() hands on level, event and fields", () => {
  const record = recorded((log) => log.info("crl.renewed", { ca: "cas", number: 7n }));
  assert.deepEqual(record, {
    level: "info",
    event: "crl.renewed",
    sentence: "renewed the CRL of {ca}, its number is {number}",
    fields: { ca: "cas", number: 7n },
  });
});

Deno.test("createLog() takes whatever was thrown", () => {
  const fault = new TypeError("no");
  assert.equal(recorded((log) => log.error("listener.failed", { error: fault })).fields["error"], fault);
  assert.equal(recorded((log) => log.error("listener.failed", { error: 17 })).fields["error"], "17");
});

Deno.test("sentenceOf() puts values where the sentence names them, and takes their text as text", () => {
  const cases: [say: (log: Log) => void, sentence: string][] = [
    [(log) => log.info("server.restored"), LOG_EVENTS.info["server.restored"]],
    [(log) => log.info("updater.news", { name: "{news}", news: "$& {name}" }), "{news}: $& {name}"],
    [
      (log) =>
        log.warning("crl.not_renewed", {
          ca: "cau",
          error: new CaucaseError("storage", "full", { hint: "make room" }),
        }),
      "the scheduled renewal of the CRL of cau failed and will be tried again: full (make room)",
    ],
    [
      (log) => log.warning("backup.users_left_out", { keyIds: Array.from({ length: 22 }, (_, index) => `${index}`) }),
      "users whose keys are not RSA, or too short, cannot open this backup: " +
      "0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19 and 2 more",
    ],
  ];
  for (const [say, sentence] of cases) assert.equal(sentenceOf(recorded(say)), sentence);
});

Deno.test("each event has one level, and a name and fields that programs can rely on", () => {
  const names = Object.values(LOG_EVENTS).flatMap((events) => Object.keys(events));
  assert.equal(new Set(names).size, names.length);
  for (const name of names) assert.match(name, /^[a-z_]+\.[a-z_]+$/);
  for (const [name, sentence] of Object.values(LOG_EVENTS).flatMap((events) => Object.entries(events))) {
    for (const [, field = ""] of sentence.matchAll(/\{(.*?)\}/g)) assert.match(field, /^[a-z][A-Za-z]*$/, name);
  }
});
